ALTER TABLE accounts ADD COLUMN id_scheme integer DEFAULT 0;
