-- What is to be said now is claimed before what was promised long ago, however much of that is due: found by an index of
-- its own. Tables that are made from now on have it.
DO $$
DECLARE
    agenda text;
BEGIN
    FOR agenda IN SELECT DISTINCT unnest(tables) FROM read.projections WHERE name = 'agenda' LOOP
        CONTINUE WHEN to_regclass(agenda) IS NULL;
        EXECUTE 'CREATE INDEX ON ' || agenda || ' (due_at) WHERE kind = ''send''';
    END LOOP;
END $$;
