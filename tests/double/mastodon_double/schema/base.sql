-- The tables of Mastodon 4.3 that something here reads or writes, with Mastodon's names (mastodon: db/schema.rb at v4.3.0).
-- What 4.4 and later add or take away stands in sql/<version of the migration>.sql.

CREATE SEQUENCE IF NOT EXISTS accounts_id_seq;
CREATE SEQUENCE IF NOT EXISTS statuses_id_seq;
CREATE SEQUENCE IF NOT EXISTS media_attachments_id_seq;

CREATE TABLE accounts (
  id bigint PRIMARY KEY DEFAULT timestamp_id('accounts'::text),
  username character varying NOT NULL DEFAULT '',
  domain character varying,
  private_key text,
  public_key text NOT NULL DEFAULT '',
  display_name character varying NOT NULL DEFAULT '',
  note text NOT NULL DEFAULT '',
  uri character varying NOT NULL DEFAULT '',
  url character varying,
  locked boolean NOT NULL DEFAULT false,
  discoverable boolean,
  indexable boolean NOT NULL DEFAULT false,
  memorial boolean NOT NULL DEFAULT false,
  actor_type character varying,
  suspended_at timestamp,
  silenced_at timestamp,
  moved_to_account_id bigint,
  double_legacy_note character varying NOT NULL DEFAULT '', -- the double's own: see 20260505160000
  created_at timestamp NOT NULL,
  updated_at timestamp NOT NULL
);
CREATE UNIQUE INDEX index_accounts_on_username_and_domain_lower ON accounts (lower(username), COALESCE(lower(domain), ''));

CREATE TABLE user_roles (
  id bigserial PRIMARY KEY,
  name character varying NOT NULL DEFAULT '',
  color character varying NOT NULL DEFAULT '',
  position integer NOT NULL DEFAULT 0,
  permissions bigint NOT NULL DEFAULT 0,
  highlighted boolean NOT NULL DEFAULT false,
  created_at timestamp NOT NULL,
  updated_at timestamp NOT NULL
);

CREATE TABLE users (
  id bigserial PRIMARY KEY,
  email character varying NOT NULL DEFAULT '',
  account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  role_id bigint REFERENCES user_roles (id) ON DELETE SET NULL,
  encrypted_password character varying NOT NULL DEFAULT '',
  encrypted_otp_secret character varying,
  encrypted_otp_secret_iv character varying,
  encrypted_otp_secret_salt character varying,
  otp_secret character varying,
  otp_required_for_login boolean NOT NULL DEFAULT false,
  otp_backup_codes character varying[],
  approved boolean NOT NULL DEFAULT true,
  disabled boolean NOT NULL DEFAULT false,
  confirmed_at timestamp,
  confirmation_sent_at timestamp,
  confirmation_token character varying,
  unconfirmed_email character varying,
  locale character varying,
  settings text,
  current_sign_in_at timestamp,
  created_at timestamp NOT NULL,
  updated_at timestamp NOT NULL
);
CREATE UNIQUE INDEX index_users_on_email ON users (email);
CREATE INDEX index_users_on_account_id ON users (account_id);

CREATE TABLE settings (
  id bigserial PRIMARY KEY,
  var character varying NOT NULL,
  value text,
  created_at timestamp,
  updated_at timestamp
);
CREATE UNIQUE INDEX index_settings_on_var ON settings (var);

CREATE TABLE oauth_applications (
  id bigserial PRIMARY KEY,
  name character varying NOT NULL,
  uid character varying NOT NULL UNIQUE,
  secret character varying NOT NULL,
  redirect_uri text NOT NULL,
  scopes character varying NOT NULL DEFAULT '',
  superapp boolean NOT NULL DEFAULT false,
  website character varying,
  confidential boolean NOT NULL DEFAULT true,
  created_at timestamp,
  updated_at timestamp
);

CREATE TABLE oauth_access_tokens (
  id bigserial PRIMARY KEY,
  token character varying NOT NULL UNIQUE,
  scopes character varying,
  resource_owner_id bigint REFERENCES users (id) ON DELETE CASCADE,
  application_id bigint REFERENCES oauth_applications (id) ON DELETE CASCADE,
  expires_in integer,
  revoked_at timestamp,
  created_at timestamp NOT NULL
);

CREATE TABLE statuses (
  id bigint PRIMARY KEY DEFAULT timestamp_id('statuses'::text),
  account_id bigint NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  text text NOT NULL DEFAULT '',
  spoiler_text text NOT NULL DEFAULT '',
  visibility integer NOT NULL DEFAULT 0,
  local boolean,
  uri character varying,
  url character varying,
  deleted_at timestamp,
  created_at timestamp NOT NULL,
  updated_at timestamp NOT NULL
);
CREATE INDEX index_statuses_public ON statuses (id DESC) WHERE deleted_at IS NULL AND visibility = 0;

CREATE TABLE account_stats (
  id bigserial PRIMARY KEY,
  account_id bigint NOT NULL UNIQUE REFERENCES accounts (id) ON DELETE CASCADE,
  statuses_count bigint NOT NULL DEFAULT 0,
  following_count bigint NOT NULL DEFAULT 0,
  followers_count bigint NOT NULL DEFAULT 0,
  last_status_at timestamp,
  created_at timestamp NOT NULL,
  updated_at timestamp NOT NULL
);

CREATE TABLE media_attachments (
  id bigint PRIMARY KEY DEFAULT timestamp_id('media_attachments'::text),
  account_id bigint REFERENCES accounts (id) ON DELETE CASCADE,
  status_id bigint REFERENCES statuses (id) ON DELETE SET NULL,
  file_file_name character varying,
  file_content_type character varying,
  file_file_size integer,
  description text,
  type integer NOT NULL DEFAULT 0,
  remote_url character varying NOT NULL DEFAULT '',
  created_at timestamp NOT NULL,
  updated_at timestamp NOT NULL
);

-- The double's own tables: how often each migration ran, and faults that a test asks for.
CREATE TABLE double_migration_runs (
  version character varying PRIMARY KEY,
  runs integer NOT NULL,
  image character varying NOT NULL, -- the release whose image ran it last
  last_run_at timestamp NOT NULL
);
CREATE TABLE double_faults (
  name character varying PRIMARY KEY, -- "migration"
  value character varying NOT NULL    -- as DOUBLE_MIGRATION: README.md, "Faults on request"
);
