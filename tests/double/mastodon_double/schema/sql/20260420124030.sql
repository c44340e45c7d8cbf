ALTER TABLE user_roles ADD COLUMN collection_limit integer NOT NULL DEFAULT 10;
