-- Identifiers that sort by time: milliseconds in the upper 48 bits, a scattered sequence in the lower 16
-- (mastodon.md 2 "Snowflake ids are plpgsql functions created by the app"; 6 "defines the id functions").
CREATE OR REPLACE FUNCTION timestamp_id(table_name text) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  milliseconds bigint := floor(extract(epoch FROM clock_timestamp()) * 1000);
  scatter bigint := hashtext(table_name || milliseconds::text);
BEGIN
  RETURN (milliseconds << 16) | ((scatter + nextval(table_name || '_id_seq')) & 65535);
END
$$;
