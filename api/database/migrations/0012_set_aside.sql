-- Lets nobody else append until the caller's transaction ends: for a writer whom others outrun again and again.
CREATE FUNCTION log.hold_head() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT FROM log.head FOR UPDATE $$;
REVOKE EXECUTE ON FUNCTION log.hold_head() FROM PUBLIC;

-- What due work was given up that no event settles. It stands beside the agenda, whose tables may be made anew; the
-- event is the one that put it there, so that a later one may do so again.
CREATE TABLE app.dismissed (
    key          text        NOT NULL,
    event_id     uuid        NOT NULL,
    kind         text        NOT NULL,
    creator_id   text        NOT NULL,
    follower_id  uuid        NOT NULL,
    due_at       timestamptz NOT NULL,
    reason       text        NOT NULL,
    dismissed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (key, event_id)
);
CREATE INDEX dismissed_creator ON app.dismissed (creator_id, dismissed_at, key) WHERE kind <> 'silence';

-- Until now it stood in the tables of the agenda alone.
DO $$
DECLARE
    agenda text;
BEGIN
    FOR agenda IN SELECT DISTINCT unnest(tables) FROM read.projections WHERE name = 'agenda' LOOP
        CONTINUE WHEN to_regclass(agenda) IS NULL;
        EXECUTE 'INSERT INTO app.dismissed (key, event_id, kind, creator_id, follower_id, due_at, reason)
                 SELECT key, event_id, kind, creator_id, follower_id, due_at, ''dismissed'' FROM ' || agenda || '
                  WHERE leased_until = ''infinity'' ON CONFLICT DO NOTHING';
    END LOOP;
END $$;

-- A delivery that cannot be handled waits longer and longer, and holds up nobody else.
ALTER TABLE app.deliveries
    ADD COLUMN tries       int NOT NULL DEFAULT 0,
    ADD COLUMN next_try_at timestamptz;
CREATE INDEX deliveries_next ON app.deliveries (next_try_at NULLS FIRST, received_at) WHERE state = 'stored';
DROP INDEX app.deliveries_stored;
CREATE INDEX deliveries_set_aside ON app.deliveries (creator_id, received_at, delivery_id)
    WHERE state = 'quarantined' OR state = 'stored' AND tries > 0;
DROP INDEX app.deliveries_quarantined;

-- Whose reaction waits, and whether somebody wants it tried again. Errors tell their kind and quote nobody.
ALTER TABLE app.parked
    ADD COLUMN creator_id text,
    ADD COLUMN stream     uuid,
    ADD COLUMN asked_at   timestamptz;
UPDATE app.parked AS p SET creator_id = e.metadata->>'creator_id', stream = e.originator_id,
                           error = split_part(p.error, ':', 1)
  FROM log.events AS e WHERE e.notification_id = p.position;
CREATE INDEX parked_creator ON app.parked (creator_id, parked_at, process, position);
CREATE INDEX parked_asked ON app.parked (position) WHERE asked_at IS NOT NULL;
