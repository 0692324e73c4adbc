"""Commands of the command line: each is given the settings and its arguments, calls one function, and prints."""

import argparse
import getpass
import importlib.metadata
import json
import sys

from api.cli.exits import Misuse, Terminated
from api.settings import Settings


def serve_command(settings: Settings, given: argparse.Namespace) -> None:
    from api.server import serve

    serve(_listening(settings, given), api=True, work=True)


def api_command(settings: Settings, given: argparse.Namespace) -> None:
    from api.server import serve

    serve(_listening(settings, given), api=True, work=False)


def work_command(settings: Settings, _given: argparse.Namespace) -> None:
    from api.server import serve

    serve(settings, api=False, work=True)


def demo_command(settings: Settings, given: argparse.Namespace) -> None:
    from api.demo.demo import run_demo

    run_demo(_listening(settings, given))


UNTIL_STOPPED = (serve_command, api_command, work_command, demo_command)


def migrate_command(settings: Settings, _given: argparse.Namespace) -> None:
    from api.database.connect import open_database
    from api.database.migrate import migrate

    with open_database(settings) as database:
        applied = migrate(database.url)
    for name in applied:
        print(name)
    if not applied:
        print("The database is up to date.", file=sys.stderr)


def add_creator_command(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.access import add_creator

    link = add_creator(settings, given.name, given.email, given.timezone)
    print(f"The creator {given.name} was added.", file=sys.stderr)
    if link is not None:
        print(link)


def add_key_command(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.access import add_key
    from domain.vocabulary import Role

    creator = _whose(given)
    role = Role.ADMIN if creator is None else Role(given.role)
    print(add_key(settings, creator, role, given.label, given.expires))


def list_keys_command(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.access import list_keys

    for key in list_keys(settings, _whose(given)):
        used = f"used {key['last_used_at']:%Y-%m-%d}" if key["last_used_at"] else "never used"
        until = f", until {key['expires_at']:%Y-%m-%d}" if key["expires_at"] else ""
        print(
            f"{key['prefix']}  {key['role']:<8} made {key['created_at']:%Y-%m-%d}, {used}{until}  {key['label'] or ''}"
        )


def revoke_key_command(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.access import revoke_key

    revoke_key(settings, _whose(given), given.prefix)
    print(f"The key {given.prefix} opens nothing any more.", file=sys.stderr)


def _whose(given: argparse.Namespace) -> str | None:
    """The creator that a command is about, or nobody: the installation's own."""
    if given.admin is (given.creator is not None):
        raise Misuse("Name a creator, or give --admin for the installation itself.")
    creator: str | None = given.creator
    return creator


def add_user_command(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.access import add_user
    from domain.vocabulary import Role

    creator = _whose(given)
    print(add_user(settings, creator, given.email, Role.ADMIN if creator is None else Role(given.role)))


def list_users_command(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.access import list_users

    for user in list_users(settings, _whose(given)):
        print(f"{user['email']}  {user['role']}  since {user['created_at']:%Y-%m-%d}")


def change_role_command(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.access import change_role
    from domain.vocabulary import Role

    change_role(settings, given.email, Role(given.role), given.creator)


def remove_user_command(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.access import remove_user

    remove_user(settings, given.email, given.creator, as_admin=given.admin)
    whom = "as an admin" if given.admin else f"for {given.creator}" if given.creator else "for anybody"
    print(f"{given.email} acts {whom} no more.", file=sys.stderr)


def rotate_master_command(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.installation import rotate_master

    print(rotate_master(settings, given.new_key_file))


def erase_command(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.installation import erase

    print(erase(settings, given.creator, given.person))


def link_user_command(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.access import link_user

    print(link_user(settings, given.email))


def connect_channel_command(settings: Settings, given: argparse.Namespace) -> None:
    token = _secret("The bot's token: ")
    from api.cli.installation import connect_channel

    print(connect_channel(settings, given.creator, given.channel, token))


def check_log_command(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.check_log import check, heads

    check(settings, given.first, given.last, [*given.anchor, *(head for file in given.anchors for head in heads(file))])


def list_projections_command(settings: Settings, _given: argparse.Namespace) -> None:
    from api.cli.projections import list_projections

    print(list_projections(settings))


def rebuild_projection_command(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.projections import cancel_rebuild, rebuild_projection

    if given.cancel:
        print(cancel_rebuild(settings, given.name))
        return
    try:
        print(rebuild_projection(settings, given.name, lambda line: print(line, file=sys.stderr)))
    except (KeyboardInterrupt, Terminated):
        print("The same command goes on from here; with --cancel it is given up.", file=sys.stderr)
        raise


def list_parked_command(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.projections import list_parked

    waiting = list_parked(settings, given.name)
    print(waiting or "Nothing waits.", file=sys.stdout if waiting else sys.stderr)


def replay_parked_command(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.projections import replay_parked

    lines = replay_parked(settings, given.name, given.stream)
    print("\n".join(lines) if lines else "Nothing waits.", file=sys.stdout if lines else sys.stderr)


def discard_parked_command(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.projections import discard_parked

    print(discard_parked(settings, given.name, given.stream))


def attention_command(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.attention import list_attention, retry_attention

    if given.retry is not None:
        print(retry_attention(settings, given.creator, given.retry), file=sys.stderr)
        return
    waiting = list_attention(settings, given.creator)
    print(waiting or "Nothing waits.", file=sys.stdout if waiting else sys.stderr)


def openapi_command(_settings: Settings, _given: argparse.Namespace) -> None:
    from api.app import openapi

    print(json.dumps(openapi(), indent=2, ensure_ascii=False))


def version_command(_settings: Settings, _given: argparse.Namespace) -> None:
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


def evaluate_agent_command(_settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.agent import evaluate

    print(evaluate(given.file))


def replay_agent_command(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.agent_replay import replay

    print(replay(settings, given.creator, given.limit, show_texts=given.show_texts, as_json=given.json))


def rehearse_agent_command(settings: Settings, given: argparse.Namespace) -> None:
    from api.cli.agent_rehearsal import rehearse

    print(rehearse(settings, given.creator, given.last, ask_model=given.ask_model))
