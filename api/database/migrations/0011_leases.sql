-- Who leads what: the lock of the name says who does, this row when the leader was heard last, and how many have led
-- before. Leaders beat twice a second.
CREATE TABLE app.leases (
    name       text PRIMARY KEY,
    generation bigint      NOT NULL DEFAULT 1,
    beat_at    timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 50);

-- Fails the transaction of a leader whose generation is over. Nobody else begins to lead before it has ended.
CREATE FUNCTION app.check_generation(lease text, held bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM app.leases WHERE name = lease AND generation = held FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'generation % of % is over', held, lease USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END $$;
