-- Invented. 4.5 reads this column with every account: its web answers 500 once the post-deployment migrations have run,
-- so an order that runs them before the last old pod is gone shows.
ALTER TABLE accounts DROP COLUMN double_legacy_note;
