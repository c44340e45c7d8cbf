DROP INDEX index_statuses_public;
