# frozen_string_literal: true

# Models over the double's tables, with Mastodon's names for what an administrator's script asks (mastodon.md 5.12, 7).

class ApplicationRecord < ActiveRecord::Base
  self.abstract_class = true
end

class Account < ApplicationRecord
  INSTANCE_ACTOR_ID = -99

  has_one :user
  has_many :statuses

  scope :local, -> { where(domain: nil) }
  scope :without_internal, -> { where(id: 1..) }

  def self.find_local(username)
    local.where('lower(username) = lower(?)', username.to_s).order(:id).first
  end

  def self.find_local!(username)
    find_local(username) || raise(ActiveRecord::RecordNotFound)
  end

  def self.representative
    find(INSTANCE_ACTOR_ID)
  end

  def local?
    domain.nil?
  end

  def suspended?
    suspended_at.present?
  end
end

class UserRole < ApplicationRecord
  EVERYONE_ROLE_ID = -99

  has_many :users, foreign_key: 'role_id'

  # Made when it is first asked for, with the right to invite.
  def self.everyone
    find_by(id: EVERYONE_ROLE_ID) || create!(id: EVERYONE_ROLE_ID, permissions: 1 << 16)
  end

  def everyone?
    id == EVERYONE_ROLE_ID
  end
end

class User < ApplicationRecord
  belongs_to :account
  belongs_to :role, class_name: 'UserRole', optional: true

  scope :confirmed, -> { where.not(confirmed_at: nil) }
  scope :approved, -> { where(approved: true) }
  scope :pending, -> { where(approved: false) }

  # Users without a role have that of everyone, not nil (mastodon: app/models/user.rb).
  def role
    role_id.nil? ? UserRole.everyone : super
  end

  def confirmed?
    confirmed_at.present?
  end

  def pending?
    !approved?
  end

  def functional?
    confirmed? && approved? && !disabled? && !account.suspended?
  end

  def otp_enabled?
    otp_required_for_login
  end
end

class Setting < ApplicationRecord
  # mastodon: config/settings.yml
  DEFAULTS = {
    'site_title' => 'Mastodon', 'site_short_description' => '', 'site_description' => '', 'site_extended_description' => '',
    'site_terms' => '', 'site_contact_username' => '', 'site_contact_email' => '', 'registrations_mode' => 'none',
    'profile_directory' => true, 'closed_registrations_message' => '', 'local_live_feed_access' => 'public',
    'remote_live_feed_access' => 'public', 'local_topic_feed_access' => 'public', 'remote_topic_feed_access' => 'public',
    'preview_sensitive_media' => false, 'noindex' => false, 'theme' => 'default', 'thumbnail_description' => '',
    'trends' => true, 'trendable_by_default' => false, 'bootstrap_timeline_accounts' => '', 'activity_api_enabled' => true,
    'peers_api_enabled' => true, 'show_domain_blocks' => 'disabled', 'show_domain_blocks_rationale' => 'disabled',
    'require_invite_text' => false, 'backups_retention_period' => 7, 'captcha_enabled' => false,
    'allow_referrer_origin' => false, 'landing_page' => 'trends', 'wrapstodon' => true,
  }.freeze

  class << self
    def [](name)
      record = find_by(var: name.to_s)
      record ? record.value : DEFAULTS[name.to_s]
    end

    def []=(name, value)
      record = find_or_initialize_by(var: name.to_s)
      record.value = value
      record.save!
    end

    def method_missing(method, *arguments)
      name = method.to_s
      name.end_with?('=') ? self[name.chomp('=')] = arguments.first : self[name]
    end
  end

  def value
    YAML.safe_load(self[:value], permitted_classes: [Symbol]) if self[:value].present?
  end

  def value=(value)
    self[:value] = value.to_yaml
  end
end

class Status < ApplicationRecord
  belongs_to :account
end

class MediaAttachment < ApplicationRecord
  self.inheritance_column = nil
  belongs_to :account, optional: true
end

class UsernameBlock < ApplicationRecord
end

module Doorkeeper
  class Application < ApplicationRecord
    self.table_name = 'oauth_applications'
  end

  class AccessToken < ApplicationRecord
    self.table_name = 'oauth_access_tokens'

    before_validation { self.token ||= SecureRandom.urlsafe_base64(32) }
  end
end
