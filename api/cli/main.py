"""The command line: each command reads the settings, calls one function and answers in sentences."""

import argparse
import getpass
import importlib.metadata
import json
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING
from uuid import UUID

from api.errors import StartupError
from api.settings import Settings, load
from domain.errors import DomainError, Transient

if TYPE_CHECKING:
    from eventstore.integrity import Head

REFUSED, MISUSED, INTERRUPTED, TERMINATED = 1, 2, 130, 143
ROLES = ("owner", "agent", "auditor", "analyst")
CHANNELS = ("telegram",)

DESCRIPTION = "Answers a creator's direct messages, keeps the board of leads, follows up once."
EXAMPLES = """\
examples:
  clonnect demo                             look at it: invented people, and a clock that you can move
  clonnect serve                            run it, with a database of its own
  clonnect creators add maria --email maria@example.com --timezone Europe/Madrid
  clonnect channels connect maria telegram < token.txt
  DATABASE_URL=postgresql://me@db/clonnect clonnect work

Settings are environment variables, or lines of a file .env; docs/operations.md lists them all.
Every command may run while `serve` does: they share the database. Ctrl-C stops cleanly, a second one at once.
"""

Command = Callable[[Settings, argparse.Namespace], None]


class Misuse(Exception):
    """A sentence about input that the command cannot use."""


class Finding(Exception):
    """A sentence about something that is not as it should be."""


class Terminated(BaseException):
    """Somebody sent SIGTERM; on its way out everything that was opened is closed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0, 1 when it was refused, 2 when it was misused, 130 or 143 when it was cut short."""
    given = _parser().parse_args(arguments)
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


def _serve(settings: Settings, given: argparse.Namespace) -> None:
    from api.server import serve

    serve(_listening(settings, given), api=True, work=True)


def _api(settings: Settings, given: argparse.Namespace) -> None:
    from api.server import serve

    serve(_listening(settings, given), api=True, work=False)


def _work(settings: Settings, _given: argparse.Namespace) -> None:
    from api.server import serve

    serve(settings, api=False, work=True)


def _demo(settings: Settings, given: argparse.Namespace) -> None:
    from api.demo.demo import run_demo

    run_demo(_listening(settings, given))


UNTIL_STOPPED = (_serve, _api, _work, _demo)


def _migrate(settings: Settings, _given: argparse.Namespace) -> None:
    from api.database.connect import open_database
    from api.database.migrate import migrate

    with open_database(settings) as database:
        applied = migrate(database.url)
    for name in applied:
        print(name)
    if not applied:
        print("The database is up to date.", file=sys.stderr)


def _add_creator(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.access import add_creator

    link = add_creator(settings, given.name, given.email, given.timezone)
    print(f"The creator {given.name} was added.", file=sys.stderr)
    if link is not None:
        print(link)


def _add_key(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.access import add_key
    from domain.vocabulary import Role

    creator = _whose(given)
    role = Role.ADMIN if creator is None else Role(given.role)
    print(add_key(settings, creator, role, given.label, given.expires))


def _list_keys(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.access import list_keys

    for key in list_keys(settings, _whose(given)):
        used = f"used {key['last_used_at']:%Y-%m-%d}" if key["last_used_at"] else "never used"
        until = f", until {key['expires_at']:%Y-%m-%d}" if key["expires_at"] else ""
        print(
            f"{key['prefix']}  {key['role']:<8} made {key['created_at']:%Y-%m-%d}, {used}{until}  {key['label'] or ''}"
        )


def _revoke_key(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.access import revoke_key

    revoke_key(settings, _whose(given), given.prefix)
    print(f"The key {given.prefix} opens nothing any more.", file=sys.stderr)


def _whose(given: argparse.Namespace) -> str | None:
    """The creator that a command is about, or nobody: the installation's own."""
    if given.admin is (given.creator is not None):
        raise Misuse("Name a creator, or give --admin for the installation itself.")
    creator: str | None = given.creator
    return creator


def _add_user(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.access import add_user
    from domain.vocabulary import Role

    creator = _whose(given)
    print(add_user(settings, creator, given.email, Role.ADMIN if creator is None else Role(given.role)))


def _list_users(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.access import list_users

    for user in list_users(settings, _whose(given)):
        print(f"{user['email']}  {user['role']}  since {user['created_at']:%Y-%m-%d}")


def _change_role(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.access import change_role
    from domain.vocabulary import Role

    change_role(settings, given.email, Role(given.role), given.creator)


def _remove_user(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.access import remove_user

    remove_user(settings, given.email, given.creator, as_admin=given.admin)
    whom = "as an admin" if given.admin else f"for {given.creator}" if given.creator else "for anybody"
    print(f"{given.email} acts {whom} no more.", file=sys.stderr)


def _rotate_master(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.installation import rotate_master

    print(rotate_master(settings, given.new_key_file))


def _erase(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.installation import erase

    print(erase(settings, given.creator, given.person))


def _link_user(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.access import link_user

    print(link_user(settings, given.email))


def _connect_channel(settings: Settings, given: argparse.Namespace) -> None:
    token = _secret("The bot's token: ")
    from api.cli.installation import connect_channel

    print(connect_channel(settings, given.creator, given.channel, token))


def _check_log(settings: Settings, given: argparse.Namespace) -> None:
    import psycopg

    from api.database.connect import open_database
    from api.database.installation import bring_up_to_date
    from eventstore.integrity import Broken, check_log
    from eventstore.key_audit import KeyAudit
    from eventstore.session_limits import MAINTENANCE, session

    anchors = [*given.anchor, *(head for file in given.anchors for head in _heads(file))]
    with open_database(settings) as database:
        bring_up_to_date(database)
        try:
            with psycopg.connect(database.url, autocommit=True, **session(MAINTENANCE, database.url)) as connection:
                audit = KeyAudit(connection)
                head = check_log(
                    connection, first=given.first, last=given.last, anchors=anchors, watching=audit.watching
                )
        except Broken as broken:
            raise Finding(f"The log is broken. {broken}") from broken
        except ValueError as error:
            raise Misuse(f"This cannot be checked: {error}.") from error
    print(f"The log is as it was written, from position {given.first} to {head.position}.", file=sys.stderr)
    if outside := sum(not given.first - 1 <= each.position <= head.position for each in anchors):
        print(f"Anchors outside of this range, which were not looked at: {outside}.", file=sys.stderr)
    print(head)
    if audit.finding is not None:
        raise Finding(audit.finding)


def _list_projections(settings: Settings, _given: argparse.Namespace) -> None:
    from api.cli.projections import list_projections

    print(list_projections(settings))


def _rebuild_projection(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.projections import cancel_rebuild, rebuild_projection

    if given.cancel:
        print(cancel_rebuild(settings, given.name))
        return
    try:
        print(rebuild_projection(settings, given.name, lambda line: print(line, file=sys.stderr)))
    except (KeyboardInterrupt, Terminated):
        print("The same command goes on from here; with --cancel it is given up.", file=sys.stderr)
        raise


def _list_parked(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.projections import list_parked

    waiting = list_parked(settings, given.name)
    print(waiting or "Nothing waits.", file=sys.stdout if waiting else sys.stderr)


def _replay_parked(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.projections import replay_parked

    lines = replay_parked(settings, given.name, given.stream)
    print("\n".join(lines) if lines else "Nothing waits.", file=sys.stdout if lines else sys.stderr)


def _discard_parked(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.projections import discard_parked

    print(discard_parked(settings, given.name, given.stream))


def _attention(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.attention import list_attention, retry_attention

    if given.retry is not None:
        print(retry_attention(settings, given.creator, given.retry), file=sys.stderr)
        return
    waiting = list_attention(settings, given.creator)
    print(waiting or "Nothing waits.", file=sys.stdout if waiting else sys.stderr)


def _openapi(_settings: Settings, _given: argparse.Namespace) -> None:
    from api.app import openapi

    print(json.dumps(openapi(), indent=2, ensure_ascii=False))


def _version(_settings: Settings, _given: argparse.Namespace) -> None:
    print(f"clonnect {importlib.metadata.version('clonnect')}")


def _listening(settings: Settings, given: argparse.Namespace) -> Settings:
    asked = {"host": given.host, "port": given.port}
    return settings.model_copy(update={name: value for name, value in asked.items() if value is not None})


def _secret(prompt: str) -> str:
    """A line from stdin, never an argument: those are seen by every user of the machine and kept by the shell."""
    try:
        # As bytes: what an editor marks the file with, or the machine's locale, is no part of the secret.
        line = getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.buffer.readline().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Misuse("What came on stdin is no text in UTF-8: save the token as UTF-8.") from error
    if not line.strip():
        raise Misuse("Nothing came on stdin: give the token there, for example `… < token.txt`.")
    return line.strip()


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is not a port: take one from 0 (any free one) to 65535")
    return port


def _days(text: str) -> int:
    days = int(text)
    if not 1 <= days <= 36500:
        raise argparse.ArgumentTypeError(f"{days} is not a number of days: take one from 1 to 36500")
    return days


def _head(text: str) -> "Head":
    from eventstore.integrity import Head

    try:
        return Head.read(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _heads(file: Path) -> Iterator["Head"]:
    """The heads that were noted in a file, one a line; raises `Misuse` for anything else that stands there."""
    from eventstore.integrity import Head

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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="clonnect",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    listening = argparse.ArgumentParser(add_help=False)
    listening.add_argument("--host", help="the address to listen on (default: CLONNECT_HOST, 127.0.0.1)")
    listening.add_argument("--port", type=_port, help="the port to listen on (default: CLONNECT_PORT, 8000)")

    _add(commands, "serve", _serve, "everything in one program: the screens, the API and the worker", listening)
    _add(commands, "api", _api, "only the screens and the API; run any number beside `work`", listening)
    _add(commands, "work", _work, "only the worker: replies, follow-ups, polling; run any number")
    _add(commands, "demo", _demo, "serve invented people from a database of its own; prints a link", listening)
    _add(commands, "migrate", _migrate, "bring the database to this version; prints what was applied")

    check = _add(commands, "check-log", _check_log, "recompute the log's chain; prints the head that it found")
    check.add_argument("--from", dest="first", type=int, default=1, metavar="N", help="the first position (default: 1)")
    check.add_argument("--to", dest="last", type=int, metavar="N", help="the last position (default: the head)")
    check.add_argument(
        "--anchor",
        action="append",
        default=[],
        type=_head,
        metavar="POSITION:CHAIN",
        help="a head that was noted elsewhere; may be given more than once",
    )
    check.add_argument(
        "--anchors",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="a file of such heads, one a line; may be given more than once",
    )

    creators = _group(commands, "creators", "whose messages are answered")
    add = _add(creators, "add", _add_creator, "add a creator; prints a link to log in when --email is given")
    add.add_argument("name", metavar="NAME", help="the name in all addresses, such as maria; it never changes")
    add.add_argument("--email", metavar="E", help="who may log in")
    add.add_argument("--timezone", metavar="Z", help="such as Europe/Madrid (default: UTC)")

    erase = _add(commands, "erase", _erase, "erase a person for good: nothing personal of them can be read again")
    erase.add_argument("creator", metavar="CREATOR")
    erase.add_argument("person", metavar="PERSON", help="their id on a platform, such as ig_99, or their lead's id")

    keys = _group(commands, "keys", "how programs get in, and what the database is sealed with")
    whose = argparse.ArgumentParser(add_help=False)
    whose.add_argument("creator", metavar="CREATOR", nargs="?")
    whose.add_argument("--admin", action="store_true", help="of the installation, instead of one creator's")
    add = _add(keys, "add", _add_key, "make an API key; prints it, once, and nothing else", whose)
    add.add_argument("--role", choices=ROLES, default=ROLES[0], help="what the key may do (default: owner)")
    add.add_argument("--label", metavar="L", help="what you call it")
    add.add_argument("--expires", metavar="DAYS", type=_days, help="how long it is good (default: until it is revoked)")
    _add(keys, "list", _list_keys, "list the keys that open something", whose)
    revoke = _add(keys, "revoke", _revoke_key, "take a key back: it opens nothing any more", whose)
    revoke.add_argument("prefix", metavar="PREFIX", help="as `keys list` prints it")

    rotate = _add(keys, "rotate-master", _rotate_master, "seal everything with a new key, while nothing runs")
    rotate.add_argument(
        "--new-key-file", metavar="FILE", type=Path, required=True, help="holds the new key; made if there is none"
    )

    users = _group(commands, "users", "how people get in")
    add = _add(users, "add", _add_user, "let somebody in; prints a link by which they accept with a password", whose)
    add.add_argument("email", metavar="EMAIL")
    add.add_argument("--role", choices=ROLES, default=ROLES[0], help="what they may do (default: owner)")
    _add(users, "list", _list_users, "list who may log in", whose)
    of = argparse.ArgumentParser(add_help=False)
    of.add_argument("--creator", metavar="CREATOR", help="for whom, where they act for several")
    role = _add(users, "role", _change_role, "give somebody another role", of)
    role.add_argument("email", metavar="EMAIL")
    role.add_argument("role", metavar="ROLE", choices=ROLES, help=", ".join(ROLES))
    remove = _add(users, "remove", _remove_user, "let somebody in no more", of)
    remove.add_argument("--admin", action="store_true", help="as an admin, where they act for creators as well")
    remove.add_argument("email", metavar="EMAIL")
    link = _add(users, "link", _link_user, "print a new link to log in, and to choose a new password; good once")
    link.add_argument("email", metavar="EMAIL")

    channels = _group(commands, "channels", "where messages come from")
    connect = _add(channels, "connect", _connect_channel, "connect a channel; its token is read from stdin")
    connect.add_argument("creator", metavar="CREATOR")
    connect.add_argument("channel", metavar="CHANNEL", choices=CHANNELS, help="telegram")

    projections = _group(commands, "projections", "the tables that the screens read, all made from the log")
    _add(projections, "list", _list_projections, "show how far each projection is")
    rebuild = _add(projections, "rebuild", _rebuild_projection, "make tables anew beside those shown, then switch")
    rebuild.add_argument("name", metavar="NAME", help="a projection, as `list` names it")
    rebuild.add_argument("--cancel", action="store_true", help="give up a rebuild that runs or was cut short")
    park = _group(projections, "park", "the streams that wait because an event of them could not be shown")
    waiting = _add(park, "list", _list_parked, "show what waits, and why")
    waiting.add_argument("name", metavar="NAME", nargs="?", help="only of this projection")
    again = _add(park, "replay", _replay_parked, "show what waits, in order, after the fix")
    again.add_argument("name", metavar="NAME")
    again.add_argument("stream", metavar="STREAM", nargs="?", type=UUID, help="only this one (default: all that wait)")
    given_up = _add(park, "discard", _discard_parked, "never show the event that cannot be shown, only what is behind")
    given_up.add_argument("name", metavar="NAME")
    given_up.add_argument("stream", metavar="STREAM", type=UUID)

    attention = _add(commands, "attention", _attention, "show what was set aside for a person, or try it again")
    attention.add_argument("creator", metavar="CREATOR", nargs="?", help="only theirs (default: everybody's)")
    attention.add_argument("--retry", metavar="ID", help="try this one again, as the list names it")

    _add(commands, "openapi", _openapi, "print the description of the API, as docs/openapi.json holds it")
    _add(commands, "version", _version, "print the version")
    return parser


Commands = argparse._SubParsersAction  # its only name in the standard library
"""What `add_subparsers` answers."""


def _add(
    commands: "Commands[argparse.ArgumentParser]",
    name: str,
    command: Command,
    summary: str,
    *parents: argparse.ArgumentParser,
) -> argparse.ArgumentParser:
    description = f"{summary[0].upper()}{summary[1:]}."
    parser = commands.add_parser(name, help=summary, description=description, parents=parents)
    parser.set_defaults(command=command)
    return parser


def _group(
    commands: "Commands[argparse.ArgumentParser]", name: str, summary: str
) -> "Commands[argparse.ArgumentParser]":
    parser = commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
    return parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
