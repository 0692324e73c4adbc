"""The parser of the command line: every command with its arguments and its help."""

import argparse
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from api.cli import commands as run
from api.settings import Settings

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


def make_parser() -> argparse.ArgumentParser:
    """All of it; nothing that a command needs is imported yet: `--help` comes at once."""
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

    _add(
        commands,
        "serve",
        run.serve_command,
        "everything in one program: the screens, the API and the worker",
        listening,
    )
    _add(commands, "api", run.api_command, "only the screens and the API; run any number beside `work`", listening)
    _add(commands, "work", run.work_command, "only the worker: replies, follow-ups, polling; run any number")
    _add(
        commands, "demo", run.demo_command, "serve invented people from a database of its own; prints a link", listening
    )
    _add(commands, "migrate", run.migrate_command, "bring the database to this version; prints what was applied")

    check = _add(
        commands, "check-log", run.check_log_command, "recompute the log's chain; prints the head that it found"
    )
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
    add = _add(creators, "add", run.add_creator_command, "add a creator; prints a link to log in when --email is given")
    add.add_argument("name", metavar="NAME", help="the name in all addresses, such as maria; it never changes")
    add.add_argument("--email", metavar="E", help="who may log in")
    add.add_argument("--timezone", metavar="Z", help="such as Europe/Madrid (default: UTC)")

    erase = _add(
        commands, "erase", run.erase_command, "erase a person for good: nothing personal of them can be read again"
    )
    erase.add_argument("creator", metavar="CREATOR")
    erase.add_argument("person", metavar="PERSON", help="their id on a platform, such as ig_99, or their lead's id")

    keys = _group(commands, "keys", "how programs get in, and what the database is sealed with")
    whose = argparse.ArgumentParser(add_help=False)
    whose.add_argument("creator", metavar="CREATOR", nargs="?")
    whose.add_argument("--admin", action="store_true", help="of the installation, instead of one creator's")
    add = _add(keys, "add", run.add_key_command, "make an API key; prints it, once, and nothing else", whose)
    add.add_argument("--role", choices=ROLES, default=ROLES[0], help="what the key may do (default: owner)")
    add.add_argument("--label", metavar="L", help="what you call it")
    add.add_argument("--expires", metavar="DAYS", type=_days, help="how long it is good (default: until it is revoked)")
    _add(keys, "list", run.list_keys_command, "list the keys that open something", whose)
    revoke = _add(keys, "revoke", run.revoke_key_command, "take a key back: it opens nothing any more", whose)
    revoke.add_argument("prefix", metavar="PREFIX", help="as `keys list` prints it")

    rotate = _add(
        keys, "rotate-master", run.rotate_master_command, "seal everything with a new key, while nothing runs"
    )
    rotate.add_argument(
        "--new-key-file", metavar="FILE", type=Path, required=True, help="holds the new key; made if there is none"
    )

    agent = _group(commands, "agent", "how messages are understood and answered")
    evaluate = _add(
        agent, "evaluate", run.evaluate_agent_command, "judge the understanding by labelled messages; prints figures"
    )
    evaluate.add_argument("file", metavar="FILE", type=Path, nargs="+", help="one message a line, as JSON")

    replay = _add(
        agent, "replay", run.replay_agent_command, "understand recorded bursts again; prints what would differ"
    )
    replay.add_argument("creator", metavar="CREATOR", nargs="?", help="only theirs (default: everybody's)")
    replay.add_argument("--limit", type=_count, metavar="N", help="at most so many bursts (default: all)")
    replay.add_argument(
        "--show-texts", action="store_true", help="what the people of the examples have written as well"
    )
    replay.add_argument("--json", action="store_true", help="for a program to read")
    rehearse = _add(
        agent, "rehearse", run.rehearse_agent_command, "answer again what a person has answered; sends nothing"
    )
    rehearse.add_argument("creator", metavar="CREATOR")
    rehearse.add_argument(
        "--last", type=_count, default=200, metavar="N", help="how many bursts, the latest (default: 200)"
    )
    rehearse.add_argument(
        "--ask-model", action="store_true", help="by the language model, at its price (default: by templates)"
    )

    users = _group(commands, "users", "how people get in")
    add = _add(
        users, "add", run.add_user_command, "let somebody in; prints a link by which they accept with a password", whose
    )
    add.add_argument("email", metavar="EMAIL")
    add.add_argument("--role", choices=ROLES, default=ROLES[0], help="what they may do (default: owner)")
    _add(users, "list", run.list_users_command, "list who may log in", whose)
    of = argparse.ArgumentParser(add_help=False)
    of.add_argument("--creator", metavar="CREATOR", help="for whom, where they act for several")
    role = _add(users, "role", run.change_role_command, "give somebody another role", of)
    role.add_argument("email", metavar="EMAIL")
    role.add_argument("role", metavar="ROLE", choices=ROLES, help=", ".join(ROLES))
    remove = _add(users, "remove", run.remove_user_command, "let somebody in no more", of)
    remove.add_argument("--admin", action="store_true", help="as an admin, where they act for creators as well")
    remove.add_argument("email", metavar="EMAIL")
    link = _add(
        users, "link", run.link_user_command, "print a new link to log in, and to choose a new password; good once"
    )
    link.add_argument("email", metavar="EMAIL")

    channels = _group(commands, "channels", "where messages come from")
    connect = _add(channels, "connect", run.connect_channel_command, "connect a channel; its token is read from stdin")
    connect.add_argument("creator", metavar="CREATOR")
    connect.add_argument("channel", metavar="CHANNEL", choices=CHANNELS, help="telegram")

    projections = _group(commands, "projections", "the tables that the screens read, all made from the log")
    _add(projections, "list", run.list_projections_command, "show how far each projection is")
    rebuild = _add(
        projections, "rebuild", run.rebuild_projection_command, "make tables anew beside those shown, then switch"
    )
    rebuild.add_argument("name", metavar="NAME", help="a projection, as `list` names it")
    rebuild.add_argument("--cancel", action="store_true", help="give up a rebuild that runs or was cut short")
    park = _group(projections, "park", "the streams that wait because an event of them could not be shown")
    waiting = _add(park, "list", run.list_parked_command, "show what waits, and why")
    waiting.add_argument("name", metavar="NAME", nargs="?", help="only of this projection")
    again = _add(park, "replay", run.replay_parked_command, "show what waits, in order, after the fix")
    again.add_argument("name", metavar="NAME")
    again.add_argument("stream", metavar="STREAM", nargs="?", type=UUID, help="only this one (default: all that wait)")
    given_up = _add(
        park, "discard", run.discard_parked_command, "never show the event that cannot be shown, only what is behind"
    )
    given_up.add_argument("name", metavar="NAME")
    given_up.add_argument("stream", metavar="STREAM", type=UUID)

    attention = _add(
        commands, "attention", run.attention_command, "show what was set aside for a person, or try it again"
    )
    attention.add_argument("creator", metavar="CREATOR", nargs="?", help="only theirs (default: everybody's)")
    attention.add_argument("--retry", metavar="ID", help="try this one again, as the list names it")

    _add(commands, "openapi", run.openapi_command, "print the description of the API, as docs/openapi.json holds it")
    _add(commands, "version", run.version_command, "print the version")
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


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is not a port: take one from 0 (any free one) to 65535")
    return port


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError(f"{count} is not how many: take 1 or more")
    return count


def _days(text: str) -> int:
    days = int(text)
    if not 1 <= days <= 36500:
        raise argparse.ArgumentTypeError(f"{days} is not a number of days: take one from 1 to 36500")
    return days


def _head(text: str) -> object:
    from eventstore.integrity import Head

    try:
        return Head.read(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
