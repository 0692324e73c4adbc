"""`clonnect check-log`: recomputes the chain of the log, and compares it with heads that were noted elsewhere."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg

from api.cli.exits import Finding, Misuse
from api.database.connect import open_database
from api.database.installation import bring_up_to_date
from api.settings import Settings
from eventstore.integrity import Broken, Head, check_log
from eventstore.key_audit import KeyAudit
from eventstore.session_limits import MAINTENANCE, session


def check(settings: Settings, first: int, last: int | None, anchors: Sequence[Head]) -> None:
    """Print the head that was found; raises `Finding` where something is not as it was written."""
    with open_database(settings) as database:
        bring_up_to_date(database)
        try:
            with psycopg.connect(database.url, autocommit=True, **session(MAINTENANCE, database.url)) as connection:
                audit = KeyAudit(connection)
                head = check_log(connection, first=first, last=last, anchors=anchors, watching=audit.watching)
        except Broken as broken:
            raise Finding(f"The log is broken. {broken}") from broken
        except ValueError as error:
            raise Misuse(f"This cannot be checked: {error}.") from error
    print(f"The log is as it was written, from position {first} to {head.position}.", file=sys.stderr)
    if outside := sum(not first - 1 <= each.position <= head.position for each in anchors):
        print(f"Anchors outside of this range, which were not looked at: {outside}.", file=sys.stderr)
    print(head)
    if audit.finding is not None:
        raise Finding(audit.finding)


def heads(file: Path) -> Iterator[Head]:
    """The heads that were noted in a file, one a line; raises `Misuse` for anything else that stands there."""
    try:
        lines = file.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Misuse(f"The anchors in {file} cannot be read ({type(error).__name__}).") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield Head.read(line.strip())
            except ValueError as error:
                raise Misuse(f"Line {number} of {file} cannot be read: {error}.") from error
