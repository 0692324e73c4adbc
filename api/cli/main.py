"""The command line: reads the settings, runs one command, and says in a sentence why it was refused."""

import signal
import sys
from collections.abc import Sequence
from types import FrameType

from api.cli.commands import UNTIL_STOPPED
from api.cli.exits import INTERRUPTED, MISUSED, REFUSED, TERMINATED, Finding, Misuse, Terminated
from api.cli.parser import Command, make_parser
from api.errors import StartupError
from api.settings import load
from domain.errors import DomainError, Transient


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0, 1 when it was refused, 2 when it was misused, 130 or 143 when it was cut short."""
    given = make_parser().parse_args(arguments)
    import psycopg  # not before the parser has answered: --help comes at once

    from api.database.connect import unreachable
    from eventstore.vault import WrongKey

    signal.signal(signal.SIGTERM, _terminate)
    command: Command = given.command
    try:
        command(load(), given)
    except (StartupError, DomainError, Transient, Finding, WrongKey) as refusal:
        return _say(str(refusal), REFUSED)
    except Misuse as misuse:
        return _say(str(misuse), MISUSED)
    except psycopg.OperationalError as error:
        return _say(unreachable(error), REFUSED)
    except KeyboardInterrupt:
        return 0 if command in UNTIL_STOPPED else INTERRUPTED
    except Terminated:
        return 0 if command in UNTIL_STOPPED else TERMINATED
    return 0


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    raise Terminated


def _say(sentence: str, code: int) -> int:
    print(f"clonnect: {sentence}", file=sys.stderr)
    return code
