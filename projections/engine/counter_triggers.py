"""Counters kept by triggers of the database, so that a count costs the same at any size."""

from collections.abc import Mapping

_MOVES = (
    ("INSERT", "NEW TABLE AS new_rows", "SELECT 1 AS sign, * FROM new_rows"),
    ("DELETE", "OLD TABLE AS old_rows", "SELECT -1 AS sign, * FROM old_rows"),
    (
        "UPDATE",
        "NEW TABLE AS new_rows OLD TABLE AS old_rows",
        "SELECT 1 AS sign, * FROM new_rows UNION ALL SELECT -1, * FROM old_rows",
    ),
)


def counts(into: str, source: str, by: Mapping[str, str], sums: Mapping[str, str]) -> str:
    """The statements, for a projection's schema, by which the table `into` keeps sums over the rows of `source`.

    `by` are the columns of its key and `sums` the others, each with an expression over a row of `source`; one that
    gives a set counts the row under each of its values. A row of zeros is removed.
    """
    keys, names = ", ".join(by), ", ".join((*by, *sums))
    parts = ", ".join(
        [f"{value} AS {name}" for name, value in by.items()]
        + [f"sign * ({value}) AS {name}" for name, value in sums.items()]
    )
    totals = ", ".join(f"sum({name}) AS {name}" for name in sums)
    moved = " OR ".join(f"sum({name}) <> 0" for name in sums)
    same = " AND ".join(f"kept.{name} = moved.{name}" for name in by)
    gone = " AND ".join(f"kept.{name} + moved.{name} = 0" for name in sums)
    added = ", ".join(f"{name} = kept.{name} + moved.{name}" for name in sums)
    new = ", ".join(f"moved.{name}" for name in (*by, *sums))
    return "".join(
        f"""
        CREATE OR REPLACE FUNCTION {{{into}}}_{operation.lower()}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            MERGE INTO {{{into}}} AS kept
            USING (SELECT {keys}, {totals} FROM (SELECT {parts} FROM ({rows}) AS signed) AS parts
                    GROUP BY {keys} HAVING {moved}) AS moved
               ON {same}
             WHEN MATCHED AND {gone} THEN DELETE
             WHEN MATCHED THEN UPDATE SET {added}
             WHEN NOT MATCHED THEN INSERT ({names}) VALUES ({new});
            RETURN NULL;
        END $$;
        CREATE TRIGGER {into}_{operation.lower()} AFTER {operation} ON {{{source}}} REFERENCING {named}
            FOR EACH STATEMENT EXECUTE FUNCTION {{{into}}}_{operation.lower()}();"""
        for operation, named, rows in _MOVES
    )
