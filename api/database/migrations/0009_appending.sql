-- Appending needs no right to the tables: a role that may call this function and nothing else can only add to the log.
ALTER FUNCTION log.append_events(uuid[], bigint[], text[], bytea[], uuid[], text[])
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
REVOKE EXECUTE ON FUNCTION log.append_events(uuid[], bigint[], text[], bytea[], uuid[], text[]) FROM PUBLIC;
