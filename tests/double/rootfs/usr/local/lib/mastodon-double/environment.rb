# frozen_string_literal: true

# The connection of config/database.yml (mastodon.md 5.4) and the little of Rails that scripts take for granted.

require 'active_record'
require 'json'
require 'logger'
require 'pg'

module Rails
  module_function

  def env
    @env ||= ActiveSupport::StringInquirer.new(ENV.fetch('RAILS_ENV'))
  end

  def root
    Pathname.new('/opt/mastodon')
  end

  def logger
    @logger ||= Logger.new($stdout)
  end

  def configuration
    local = ENV.fetch('LOCAL_DOMAIN', 'localhost:3000')
    domains = Struct.new(:local_domain, :web_domain, :alternate_domains)
    x = domains.new(local, ENV.fetch('WEB_DOMAIN', local), ENV.fetch('ALTERNATE_DOMAINS', '').split(/\s*,\s*/))
    Struct.new(:x).new(x)
  end
end

module Mastodon
  module Version
    module_function

    def to_s
      ENV.fetch('MASTODON_DOUBLE_VERSION')
    end
  end
end

settings = {
  adapter: 'postgresql',
  host: ENV['DB_HOST'] || 'localhost',
  port: ENV['DB_PORT'] || 5432,
  database: ENV['DB_NAME'] || 'mastodon_production',
  username: ENV['DB_USER'] || 'mastodon',
  password: ENV['DB_PASS'] || '',
  sslmode: ENV['DB_SSLMODE'] || 'prefer',
  pool: ENV['DB_POOL'] || ENV['MAX_THREADS'] || 5,
  connect_timeout: 15,
  encoding: 'unicode',
  application_name: '',
  prepared_statements: (ENV['PREPARED_STATEMENTS'] || 'true') != 'false',
}
settings[:url] = ENV['DATABASE_URL'] if ENV['DATABASE_URL'].to_s != ''
ActiveRecord::Base.establish_connection(settings)

require_relative 'models'
require_relative 'forms'
