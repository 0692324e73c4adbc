-- Of thousands that fall due at one moment a claim reads those that it takes, and neither sorts nor looks at the others:
-- the indexes have the whole order. Tables that are made from now on have them.
DO $$
DECLARE
    agenda text;
    old record;
BEGIN
    FOR agenda IN SELECT DISTINCT unnest(tables) FROM read.projections WHERE name = 'agenda' LOOP
        CONTINUE WHEN to_regclass(agenda) IS NULL;
        FOR old IN
            SELECT indexrelid::regclass AS name FROM pg_index
             WHERE indrelid = agenda::regclass
               AND indkey::text = (SELECT attnum::text FROM pg_attribute
                                    WHERE attrelid = agenda::regclass AND attname = 'due_at')
        LOOP
            EXECUTE 'DROP INDEX ' || old.name;
        END LOOP;
        EXECUTE 'CREATE INDEX ON ' || agenda || ' (due_at, key)';
        EXECUTE 'CREATE INDEX ON ' || agenda || ' (due_at, key) WHERE kind = ''send''';
    END LOOP;
END $$;
