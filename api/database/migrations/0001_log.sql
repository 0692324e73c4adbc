-- The log: append-only, one global position without gaps, who and why beside every event.
CREATE SCHEMA log;

-- One row, updated by every append: half of each page is left free, so that the new version fits beside the old.
CREATE TABLE log.head (
    single      boolean PRIMARY KEY DEFAULT true CHECK (single),
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
) WITH (
    -- Rows never change: freeze them once, soon after they came, so that no vacuum ever reads the whole log again.
    autovacuum_vacuum_insert_threshold = 50000, autovacuum_vacuum_insert_scale_factor = 0,
    autovacuum_freeze_min_age = 0,
    autovacuum_analyze_threshold = 5000, autovacuum_analyze_scale_factor = 0.02
);
CREATE INDEX events_creator     ON log.events ((metadata->>'creator_id'), notification_id);
CREATE INDEX events_lead        ON log.events ((metadata->>'lead_id'), notification_id);
CREATE INDEX events_correlation ON log.events ((metadata->>'correlation_id'), notification_id);
CREATE INDEX events_topic       ON log.events (topic, notification_id);
CREATE INDEX events_recorded_at ON log.events USING brin (recorded_at);

-- chain = SHA-256(previous chain, position, stream, version, topic, recorded_at, SHA-256(metadata), SHA-256(state));
-- numbers are 8 bytes big-endian, times microseconds since 1970, texts UTF-8 behind their length.
CREATE FUNCTION log.link(
    previous bytea, "position" bigint, originator_id uuid, originator_version bigint, topic text,
    recorded_at timestamptz, metadata jsonb, state bytea
) RETURNS bytea
LANGUAGE sql IMMUTABLE
RETURN sha256(
    previous
    || int8send("position")
    || uuid_send(originator_id)
    || int8send(originator_version)
    || int8send(octet_length(topic)::bigint) || convert_to(topic, 'UTF8')
    || int8send((extract(epoch FROM recorded_at) * 1000000)::bigint)
    || sha256(convert_to(metadata::text, 'UTF8'))
    || sha256(state)
);

-- Appends events in the order given and answers the position of the last one. The row of log.head is the lock:
-- it is held until commit, so positions become visible in their order and no reader can skip one.
CREATE FUNCTION log.append_events(
    originator_ids uuid[], originator_versions bigint[], topics text[], states bytea[],
    event_ids uuid[], metadatas text[]
) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    head     log.head;
    metadata jsonb[] := metadatas::jsonb[];
    chains   bytea[];
BEGIN
    SELECT * INTO STRICT head FROM log.head FOR UPDATE;
    head.recorded_at := greatest(clock_timestamp(), head.recorded_at);
    FOR i IN 1 .. cardinality(originator_ids) LOOP
        head.chain := log.link(
            head.chain, head.position + i, originator_ids[i], originator_versions[i], topics[i],
            head.recorded_at, metadata[i], states[i]);
        chains[i] := head.chain;
    END LOOP;
    INSERT INTO log.events (
        originator_id, originator_version, topic, state, notification_id, event_id, metadata, recorded_at, chain)
    SELECT stream, version, topic, state, head.position + nth, event_id, beside, head.recorded_at, chain
      FROM unnest(originator_ids, originator_versions, topics, states, event_ids, metadata, chains)
           WITH ORDINALITY AS event (stream, version, topic, state, event_id, beside, chain, nth);
    UPDATE log.head AS h
       SET position = head.position + cardinality(originator_ids), chain = head.chain, recorded_at = head.recorded_at
    RETURNING h.position INTO head.position;
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
