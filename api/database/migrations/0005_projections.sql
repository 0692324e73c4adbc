-- What the projector knows of each projection, beside its position: nothing here is personal, so that an erasure
-- leaves it alone.
ALTER TABLE read.projections
    ADD COLUMN generation int    NOT NULL DEFAULT 1,
    ADD COLUMN tables     text[] NOT NULL DEFAULT '{}',
    ADD COLUMN parked     int    NOT NULL DEFAULT 0,
    ADD COLUMN failure    text;

-- The first event of a stream that could not be shown; the later ones of the stream wait in the log behind it.
CREATE TABLE read.parked (
    name       text   NOT NULL,
    version    int    NOT NULL,
    generation int    NOT NULL,
    stream     uuid   NOT NULL,
    position   bigint NOT NULL,
    topic      text   NOT NULL,
    error      text   NOT NULL,
    parked_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (name, version, generation, stream)
);

-- What a person decided never to show: a rebuild leaves it out as well.
CREATE TABLE read.discarded (
    name         text   NOT NULL,
    version      int    NOT NULL,
    position     bigint NOT NULL,
    stream       uuid   NOT NULL,
    topic        text   NOT NULL,
    error        text   NOT NULL,
    discarded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (name, version, position)
);

-- Tables that are being made beside those that are shown; `code` tells by which handlers.
CREATE TABLE read.rebuilds (
    name       text   NOT NULL,
    version    int    NOT NULL,
    generation int    NOT NULL,
    tables     text[] NOT NULL,
    code       text   NOT NULL,
    position   bigint NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (name, version)
) WITH (fillfactor = 50);

-- Tables that nobody is shown any more; they go when no query can still be on its way to them.
CREATE TABLE read.retired (
    tables     text[] NOT NULL,
    retired_at timestamptz NOT NULL DEFAULT now()
);

-- Removes a lead from every table of every projection, of every version and generation of it. Whoever writes rows
-- from events that this lead's key has opened holds the lock in shared mode from then on until they are committed.
CREATE OR REPLACE FUNCTION read.forget_lead(lead uuid) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    name text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('read/forget', 0));
    FOR name IN SELECT c.table_name FROM information_schema.columns AS c
                 WHERE c.table_schema = 'read' AND c.column_name = 'lead_id' AND c.data_type = 'uuid' LOOP
        EXECUTE format('DELETE FROM read.%I WHERE lead_id = $1', name) USING lead;
    END LOOP;
END $$;
