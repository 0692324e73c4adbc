-- Which key is in force. It is read in every transaction that stores something sealed, behind the lock on the table that
-- it goes to; a rotation holds all of these tables while it changes the key, so that the two cannot cross.
ALTER TABLE vault.installation ADD COLUMN key_id bytea;

-- Refuses the transaction of a program whose key is not in force.
CREATE FUNCTION vault.require_key(key_id bytea) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF key_id IS DISTINCT FROM (SELECT i.key_id FROM vault.installation AS i) THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = 'the installation''s key was changed: start the program again with the new one';
    END IF;
END $$;

-- A sealed value on its way into a table, if the key that sealed it is in force.
CREATE FUNCTION vault.sealed(value bytea, key_id bytea) RETURNS bytea
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM vault.require_key(key_id);
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
