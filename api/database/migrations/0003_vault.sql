-- One data key per person, wrapped by the installation's key. Destroying it is what erases them from the log.
CREATE TABLE vault.data_keys (
    subject      uuid PRIMARY KEY,
    wrapped      bytea,
    made_at      timestamptz NOT NULL DEFAULT now(),
    destroyed_at timestamptz,
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);

-- Something sealed by the installation's key: a wrong one is noticed before anything is written with it.
ALTER TABLE vault.installation ADD COLUMN key_check bytea;

-- Stores new data keys, wrapped by the installation's key that the caller knows; refused if it is not in force.
CREATE FUNCTION vault.add_keys(subjects uuid[], wrapped bytea[], key_check bytea) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF key_check IS DISTINCT FROM (SELECT i.key_check FROM vault.installation AS i) THEN
        RAISE EXCEPTION 'the installation''s key was changed: start the program again with the new one';
    END IF;
    INSERT INTO vault.data_keys (subject, wrapped) SELECT * FROM unnest(subjects, wrapped);
END $$;

INSERT INTO app.processes SELECT 'erasure', position FROM log.head;

-- PostgreSQL's statistics hold samples of a column, which would outlive a deleted row.
ALTER TABLE vault.data_keys ALTER wrapped SET STATISTICS 0;
ALTER TABLE app.deliveries ALTER body_sealed SET STATISTICS 0, ALTER reason SET STATISTICS 0;
ALTER TABLE app.received ALTER dedupe_key SET STATISTICS 0;
ALTER TABLE app.simulator_book ALTER recipient SET STATISTICS 0, ALTER text SET STATISTICS 0;
ALTER TABLE app.parked ALTER error SET STATISTICS 0;

-- Removes a lead from every table of every projection, and of every version of it.
CREATE FUNCTION read.forget_lead(lead uuid) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT c.table_name FROM information_schema.columns AS c
                 WHERE c.table_schema = 'read' AND c.column_name = 'lead_id' AND c.data_type = 'uuid' LOOP
        EXECUTE format('DELETE FROM read.%I WHERE lead_id = $1', name) USING lead;
    END LOOP;
END $$;
