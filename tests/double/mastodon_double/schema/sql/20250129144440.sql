CREATE INDEX index_statuses_public_20250129 ON statuses (id DESC, account_id) WHERE deleted_at IS NULL AND visibility = 0;
