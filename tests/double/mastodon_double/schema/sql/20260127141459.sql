-- 4.6 reads this column with every account: its web answers 500 until the pre-deployment migrations have run.
ALTER TABLE accounts ADD COLUMN avatar_description character varying NOT NULL DEFAULT '';
