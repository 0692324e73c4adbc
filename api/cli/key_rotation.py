"""Key rotation: whatever the installation's old key sealed is sealed with the new one, or nothing is changed."""

from typing import Any, Final

from cryptography.exceptions import InvalidTag
from psycopg import Connection
from psycopg.sql import SQL, Identifier

from api.errors import StartupError
from eventstore.key_watch import CHANGED
from eventstore.sealing import Sealer
from eventstore.vault import PEPPER, check_value, claim_key, opens, wrapping

SEALED: Final = (
    ("vault", "installation", "pepper_sealed", f"'{PEPPER}'"),
    ("vault", "data_keys", "wrapped", f"'{wrapping('')}' || subject"),
    ("app", "channels", "token_sealed", "channel || '/' || account_id"),
    ("app", "channels", "secret_sealed", "channel || '/' || account_id"),
    ("app", "notification_targets", "secret_sealed", "'notify/' || creator_id || '/' || kind"),
    ("app", "deliveries", "body_sealed", "delivery_id::text"),
    ("app", "idempotency", "recorded_sealed", "encode(key_sha256, 'hex') || '/' || step"),
    ("app", "idempotency", "answer_sealed", "encode(key_sha256, 'hex') || '/answer'"),
)
"""Every column that the installation's key seals, with what each value is bound to."""

PAGE: Final = 1000


def rotate(conn: Connection[dict[str, Any]], old: bytes, new: bytes) -> int:
    """Seal everything anew, in one transaction; answers how many values. 0: the new key was in force already.

    Raises `StartupError` while a program holds the key, and when the old key does not open the database.
    """
    before, after = Sealer(old), Sealer(new)
    with conn.transaction():
        if not claim_key(conn):
            raise StartupError("Clonnect runs here, or its key is just being changed: stop it everywhere first.")
        row = conn.execute("SELECT key_check FROM vault.installation").fetchone()
        check = None if row is None or row["key_check"] is None else bytes(row["key_check"])
        if check is not None and opens(after, check):
            return 0
        if check is not None and not opens(before, check):
            raise StartupError("Neither the present key nor the new one opens this database: give the right one.")
        # A program may have lost the connection by which it says that it runs. What it is storing just now is waited
        # for, and sealed anew with the rest; what it stores afterwards is refused, because another key is in force.
        tables = sorted({(schema, table) for schema, table, *_ in SEALED}, reverse=True)
        names = SQL(", ").join(Identifier(*table) for table in tables)
        conn.execute(SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(names))
        sealed = sum(_seal_anew(conn, *column, before, after) for column in SEALED)
        conn.execute("UPDATE vault.installation SET key_check = %s, key_id = %s", (check_value(after), after.key_id))
        conn.execute("SELECT pg_notify(%s, '')", (CHANGED,))
    return sealed


def _seal_anew(
    conn: Connection[dict[str, Any]], schema: str, table: str, column: str, about: str, before: Sealer, after: Sealer
) -> int:
    names = {"table": Identifier(schema, table), "column": Identifier(column), "about": SQL(about)}
    done = 0
    # A cursor shows the rows as they were when it was opened, also those that are changed on the way.
    with conn.cursor("sealed") as cursor:
        cursor.execute(
            SQL(
                "SELECT ctid::text AS row, {column} AS value, {about} AS about FROM {table} WHERE {column} IS NOT NULL"
            ).format(**names)
        )
        while rows := cursor.fetchmany(PAGE):
            try:
                values = [after.seal(before.open(bytes(row["value"]), row["about"]), row["about"]) for row in rows]
            except InvalidTag as error:
                raise StartupError(
                    f"Something in {schema}.{table} does not open with the present key: nothing was changed."
                ) from error
            conn.execute(
                SQL(
                    """UPDATE {table} AS t SET {column} = new.value
                         FROM unnest(%s::tid[], %s::bytea[]) AS new(row, value) WHERE t.ctid = new.row"""
                ).format(**names),
                ([row["row"] for row in rows], values),
            )
            done += len(rows)
    return done
