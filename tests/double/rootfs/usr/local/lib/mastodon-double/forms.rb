# frozen_string_literal: true

# The form behind the administration's pages, as far as scripts use it: what it takes, refuses and writes
# (mastodon: app/models/form/admin_settings.rb, app/validators/existing_username_validator.rb, v4.6.5; mastodon.md 5.12).

module Form
  class AdminSettings
    include ActiveModel::Model

    INTEGER_KEYS = %i(media_cache_retention_period content_cache_retention_period backups_retention_period min_age).freeze
    BOOLEAN_KEYS = %i(
      allow_referrer_origin activity_api_enabled peers_api_enabled preview_sensitive_media profile_directory trends
      trendable_by_default noindex require_invite_text captcha_enabled authorized_fetch wrapstodon
    ).freeze
    TEXT_KEYS = %i(
      site_contact_username site_contact_email site_title site_short_description site_extended_description site_terms
      registrations_mode closed_registrations_message bootstrap_timeline_accounts theme thumbnail_description
      show_domain_blocks show_domain_blocks_rationale status_page_url local_live_feed_access remote_live_feed_access
      local_topic_feed_access remote_topic_feed_access landing_page email_footer_text custom_css
    ).freeze
    KEYS = (INTEGER_KEYS + BOOLEAN_KEYS + TEXT_KEYS).freeze

    CHOICES = {
      registrations_mode: %w(open approved none),
      show_domain_blocks: %w(disabled users all),
      show_domain_blocks_rationale: %w(disabled users all),
      local_live_feed_access: %w(public authenticated disabled),
      remote_live_feed_access: %w(public authenticated disabled),
      local_topic_feed_access: %w(public authenticated),
      remote_topic_feed_access: %w(public authenticated disabled),
      landing_page: %w(trends overview local_feed about),
    }.freeze

    attr_writer(*KEYS)

    KEYS.each do |key|
      define_method(key) { given?(key) ? instance_variable_get(:"@#{key}") : Setting[key] }
    end

    validate do
      CHOICES.each { |key, choices| errors.add(key, :inclusion) if given?(key) && choices.exclude?(public_send(key)) }
      INTEGER_KEYS.each do |key|
        errors.add(key, :not_a_number) if given?(key) && public_send(key).present? && !Integer(public_send(key), exception: false)
      end
      contact if given?(:site_contact_username) || given?(:site_contact_email)
    end

    def save
      return false unless valid?

      KEYS.each { |key| Setting[key] = typecast(key, public_send(key)) if given?(key) }
    end

    private

    def given?(key)
      instance_variable_defined?(:"@#{key}")
    end

    def contact
      %i(site_contact_username site_contact_email).each { |key| errors.add(key, :blank) if public_send(key).blank? }
      name = site_contact_username.to_s.delete_prefix('@').split('@').first
      errors.add(:site_contact_username, 'could not find a local user with that username') if name.present? && !Account.find_local(name)
    end

    def typecast(key, value)
      return value == '1' if BOOLEAN_KEYS.include?(key)
      return value.blank? ? value : Integer(value) if INTEGER_KEYS.include?(key)

      value
    end
  end
end
