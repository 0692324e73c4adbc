-- The latest state of each long stream, sealed with its person's key. A cache: whoever finds nothing reads the events.
CREATE TABLE log.snapshots (
    originator_id      uuid   PRIMARY KEY,
    originator_version bigint NOT NULL,
    topic              text   NOT NULL,
    subject            uuid   NOT NULL,
    fingerprint        bytea  NOT NULL,
    chain              bytea  NOT NULL,
    state              bytea  NOT NULL
) WITH (
    -- Rows are replaced again and again, those of long conversations by tens of kilobytes.
    fillfactor = 70, autovacuum_vacuum_threshold = 100, autovacuum_vacuum_scale_factor = 0.1,
    toast.autovacuum_vacuum_threshold = 1000, toast.autovacuum_vacuum_scale_factor = 0.1
);
-- What is sealed does not get smaller, and says nothing to a planner.
ALTER TABLE log.snapshots ALTER state SET STORAGE EXTERNAL, ALTER state SET STATISTICS 0;
