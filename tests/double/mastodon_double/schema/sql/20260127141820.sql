ALTER TABLE accounts ADD COLUMN header_description character varying NOT NULL DEFAULT '';
