"""SQL that writes JSON: each function takes SQL and gives SQL for a text, which is NULL where the value is."""

from collections.abc import Mapping


def text(sql: str) -> str:
    """Any value as PostgreSQL itself writes it: texts, booleans, arrays."""
    return f"to_json({sql})::text"


def word(sql: str) -> str:
    """A word or an id, in which nothing needs escaping."""
    return f"""'"' || {sql} || '"'"""


def number(sql: str) -> str:
    """A number."""
    return f"({sql})::text"


def time(sql: str) -> str:
    """As `api.http.fields.Time`."""
    return f"""to_char({sql} AT TIME ZONE 'UTC', '"\\""YYYY-MM-DD"T"HH24:MI:SS.US"+00:00\\""')"""


def choice(sql: str, results: Mapping[str, str], otherwise: str) -> str:
    """SQL for each word that a column may hold."""
    cases = " ".join(f"WHEN '{each}' THEN {result}" for each, result in results.items())
    return f"CASE {sql} {cases} ELSE {otherwise} END"


def record(fields: Mapping[str, str]) -> str:
    """An object; what is NULL is null."""
    members = ", ',".join(f"""\"{name}":', coalesce({value}, 'null')""" for name, value in fields.items())
    return f"concat('{{{{{members}, '}}}}')"  # doubled: in a query single braces name a table
