-- Keys and erasures: the key in force, what waits to be erased, what is known again afterwards.

-- Which key is in force. It is read in every transaction that stores something sealed, behind the lock on the table that
-- it goes to; a rotation holds all of these tables while it changes the key, so that the two cannot cross.
ALTER TABLE vault.installation
    ADD COLUMN key_id        bytea,
    ADD COLUMN pepper_sealed bytea;

-- A sealed value on its way into a table; refuses the transaction if the key that sealed it is not in force.
CREATE FUNCTION vault.sealed(value bytea, key_id bytea) RETURNS bytea
LANGUAGE plpgsql AS $$
BEGIN
    IF key_id IS DISTINCT FROM (SELECT i.key_id FROM vault.installation AS i) THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = 'the installation''s key was changed: start the program again with the new one';
    END IF;
    RETURN value;
END $$;

-- Programs of the version before still call this one: it looks at the key behind the lock on the table.
CREATE OR REPLACE FUNCTION vault.add_keys(subjects uuid[], wrapped bytea[], key_check bytea) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO vault.data_keys (subject, wrapped) SELECT * FROM unnest(subjects, wrapped);
    IF key_check IS DISTINCT FROM (SELECT i.key_check FROM vault.installation AS i) THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = 'the installation''s key was changed: start the program again with the new one';
    END IF;
END $$;

-- Who is to be erased and is not yet: tried again until it is done. The row goes with what it stands for.
CREATE TABLE app.erasures (
    lead_id      uuid PRIMARY KEY,
    creator_id   text        NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),
    begun_at     timestamptz,
    tries        int         NOT NULL DEFAULT 0,
    next_try_at  timestamptz NOT NULL DEFAULT now(),
    reason       text
);
CREATE INDEX erasures_next ON app.erasures (next_try_at);

-- What was given up before.
INSERT INTO app.erasures (lead_id, creator_id, requested_at)
SELECT asked.originator_id, asked.metadata->>'creator_id', asked.recorded_at
  FROM log.events AS asked
 WHERE asked.topic = 'lead.erasure_requested'
   AND NOT EXISTS (SELECT FROM log.events AS done
                    WHERE done.originator_id = asked.originator_id AND done.topic = 'lead.erased');
DELETE FROM app.parked WHERE process = 'erasure';

-- The keys of messages, and the digests of deliveries, of people who were erased, as HMACs: what a platform delivers
-- again brings nobody back.
CREATE TABLE app.erased_messages (
    trace bytea PRIMARY KEY
);

-- A reason may have quoted what was delivered; from now on it is a code.
UPDATE app.deliveries SET reason = 'unknown' WHERE reason IS NOT NULL;
