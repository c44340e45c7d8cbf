CREATE TABLE username_blocks (
  id bigserial PRIMARY KEY,
  username character varying NOT NULL,
  normalized_username character varying NOT NULL,
  exact boolean NOT NULL DEFAULT false,
  allow_with_approval boolean NOT NULL DEFAULT false,
  created_at timestamp NOT NULL,
  updated_at timestamp NOT NULL
);
CREATE UNIQUE INDEX index_username_blocks_on_username_lower_btree ON username_blocks (lower(username));
