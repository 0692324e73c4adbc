-- The log: append-only, one global position without gaps, who and why beside every event.
CREATE SCHEMA log;

CREATE TABLE log.head (
    single       boolean PRIMARY KEY DEFAULT true CHECK (single),
    position    bigint      NOT NULL,
    chain       bytea       NOT NULL,
    recorded_at timestamptz NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);
INSERT INTO log.head VALUES (true, 0, sha256(''), '-infinity');

CREATE TABLE log.events (
    originator_id      uuid        NOT NULL,
    originator_version bigint      NOT NULL,
    topic              text        NOT NULL,
    state              bytea       NOT NULL,
    notification_id    bigint      NOT NULL UNIQUE,
    event_id           uuid        NOT NULL UNIQUE,
    metadata           jsonb       NOT NULL,
    recorded_at        timestamptz NOT NULL,
    chain              bytea       NOT NULL,
    PRIMARY KEY (originator_id, originator_version)
);
CREATE INDEX events_creator     ON log.events ((metadata->>'creator_id'), notification_id);
CREATE INDEX events_lead        ON log.events ((metadata->>'lead_id'), notification_id);
CREATE INDEX events_correlation ON log.events ((metadata->>'correlation_id'), notification_id);
CREATE INDEX events_topic       ON log.events (topic, notification_id);
CREATE INDEX events_recorded_at ON log.events USING brin (recorded_at);

-- chain = SHA-256(previous chain, position, stream, version, topic, recorded_at, SHA-256(metadata), SHA-256(state));
-- numbers are 8 bytes big-endian, times microseconds since 1970, texts UTF-8 behind their length.
CREATE FUNCTION log.link(previous bytea, event log.events) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT
RETURN sha256(
    previous
    || int8send((event).notification_id)
    || uuid_send((event).originator_id)
    || int8send((event).originator_version)
    || int8send(octet_length((event).topic)::bigint) || convert_to((event).topic, 'UTF8')
    || int8send((extract(epoch FROM (event).recorded_at) * 1000000)::bigint)
    || sha256(convert_to((event).metadata::text, 'UTF8'))
    || sha256((event).state)
);

-- Appends events in the order given and answers the position of the last one. The row of log.head is the lock:
-- it is held until commit, so positions become visible in their order and no reader can skip one.
CREATE FUNCTION log.append_events(
    originator_ids uuid[], originator_versions bigint[], topics text[], states bytea[],
    event_ids uuid[], metadatas text[]
) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    head  log.head;
    event log.events;
BEGIN
    SELECT * INTO STRICT head FROM log.head FOR UPDATE;
    head.recorded_at := greatest(clock_timestamp(), head.recorded_at);
    FOR i IN 1 .. cardinality(originator_ids) LOOP
        head.position := head.position + 1;
        event := ROW(
            originator_ids[i], originator_versions[i], topics[i], states[i], head.position,
            event_ids[i], metadatas[i]::jsonb, head.recorded_at, NULL);
        head.chain := log.link(head.chain, event);
        event.chain := head.chain;
        INSERT INTO log.events SELECT event.*;
    END LOOP;
    UPDATE log.head AS h
       SET position = head.position, chain = head.chain, recorded_at = head.recorded_at;
    PERFORM pg_notify('log_events', head.position::text);
    RETURN head.position;
END $$;

CREATE FUNCTION log.refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only: % on log.events is refused', TG_OP;
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log.events
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
