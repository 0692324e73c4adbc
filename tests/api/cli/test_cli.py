import json
import re
import signal
import socket
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psutil
import pytest
from pydantic import SecretStr

from api.cli.access import add_creator, add_key, add_user, change_role, link_user, list_users, remove_user
from api.database.embedded import embedded_server
from api.database.installation import installation_key, open_application
from api.database.migrate import migrate
from api.errors import StartupError
from api.settings import Settings
from domain import context
from domain.creator import CreatorSettings
from domain.errors import Invalid
from domain.lead import Details
from domain.lead_and_follower import NewLead
from domain.vocabulary import Platform, Role
from tests.harness.processes import clonnect, in_process, listening
from tests.harness.waiting import wait_until
from tests.platforms.bot_api import TOKEN, BotApi

STOPS_WITHIN = 5.0

COMMANDS = (
    "serve",
    "api",
    "work",
    "demo",
    "migrate",
    "check-log",
    "agent evaluate",
    "agent replay",
    "agent rehearse",
    "creators add",
    "keys add",
    "keys list",
    "keys revoke",
    "keys rotate-master",
    "erase",
    "users add",
    "users list",
    "users role",
    "users remove",
    "users link",
    "channels connect",
    "projections list",
    "projections rebuild",
    "projections park list",
    "projections park replay",
    "projections park discard",
    "openapi",
    "version",
)


def servers(data_dir: Path) -> list[psutil.Process]:
    """The PostgreSQL servers of a data directory that run."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        if process.info["status"] != psutil.STATUS_ZOMBIE and str(data_dir / "postgres") in (
            process.info["cmdline"] or []
        ):
            found.append(process)
    return found


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_command_explains_itself(data_dir: Path, command: str) -> None:
    done = in_process(data_dir, *command.split(), "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"usage: clonnect {command}".strip())
    assert list(data_dir.iterdir()) == []


def test_the_help_shows_how_to_begin(data_dir: Path) -> None:
    said = in_process(data_dir, "--help").stdout
    assert "examples:" in said
    assert all(command.split()[0] in said for command in COMMANDS)


def test_the_version_is_that_of_the_package(data_dir: Path) -> None:
    assert re.fullmatch(r"clonnect \d+\.\d+\.\d+\n", clonnect(data_dir, "version").stdout)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["sing"],
        ["keys"],
        ["users", "role", "x"],
        ["serve", "--port", "70000"],
        ["keys", "add", "maria", "--role", "king"],
    ],
)
def test_a_command_that_is_not_understood_is_a_misuse(data_dir: Path, arguments: list[str]) -> None:
    done = in_process(data_dir, *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "error: " in done.stderr


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a refused command."""
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("clonnect: ")
    assert done.stderr.count("\n") == 1
    return done.stderr.removeprefix("clonnect: ").strip()


@pytest.mark.parametrize("command", ["serve", "api", "work", "demo", "migrate", "creators add maria"])
def test_a_database_that_cannot_be_reached_is_one_sentence(data_dir: Path, command: str) -> None:
    done = in_process(data_dir, *command.split(), DATABASE_URL="postgresql://maria:hunter2@127.0.0.1:1/clonnect")
    assert refusal(done).startswith("The database cannot be reached: start it or mend DATABASE_URL")
    assert "hunter2" not in done.stderr


def test_a_wrong_setting_is_one_sentence(data_dir: Path) -> None:
    assert refusal(in_process(data_dir, "serve", CLONNECT_PORT="x")).startswith("CLONNECT_PORT is wrong:")
    assert refusal(in_process(data_dir, "serve", CLONNECT_PROT="1")) == (
        "CLONNECT_PROT is not a setting: did you mean CLONNECT_PORT?"
    )


def test_settings_may_stand_in_a_file(data_dir: Path) -> None:
    (data_dir / ".env").write_text("CLONNECT_LOG_LEVEL=loud\n")
    assert refusal(clonnect(data_dir, "serve")).startswith("CLONNECT_LOG_LEVEL is wrong:")


def test_migrating_says_what_it_did_and_is_done_once(data_dir: Path, empty_database_url: str) -> None:
    first = clonnect(data_dir, "migrate", DATABASE_URL=empty_database_url)
    assert first.stdout.splitlines()[0] == "0001_log"
    again = clonnect(data_dir, "migrate", DATABASE_URL=empty_database_url)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "The database is up to date.\n")


def test_a_server_of_ones_own_is_migrated_only_when_its_owner_says_so(data_dir: Path, empty_database_url: str) -> None:
    said = refusal(in_process(data_dir, "creators", "add", "maria", DATABASE_URL=empty_database_url))
    assert said.startswith("The database lacks 0001_log")
    assert said.endswith("run `clonnect migrate` first.")


def test_a_creator_is_added_with_a_link_and_a_key(data_dir: Path, database_url: str) -> None:
    added = in_process(
        data_dir, "creators", "add", "maria", "--email", "maria@example.com", "--timezone", "Europe/Madrid",
        DATABASE_URL=database_url, CLONNECT_PUBLIC_URL="https://dm.example.com",
    )  # fmt: skip
    assert re.fullmatch(r"https://dm\.example\.com/app#link=\S{20,}\n", added.stdout), added.stderr
    link = in_process(data_dir, "users", "link", "maria@example.com", DATABASE_URL=database_url)
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/app#link=\S{20,}\n", link.stdout), link.stderr
    key = in_process(data_dir, "keys", "add", "maria", "--role", "owner", DATABASE_URL=database_url)
    assert re.fullmatch(r"\S{20,}\n", key.stdout), key.stderr
    assert key.stderr == ""


def test_keys_are_made_listed_and_taken_back_by_commands(data_dir: Path, database_url: str) -> None:
    def run(*arguments: str) -> str:
        done = in_process(data_dir, *arguments, DATABASE_URL=database_url)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("creators", "add", "maria")
    run("keys", "add", "maria")
    shop = run("keys", "add", "maria", "--role", "agent", "--label", "the shop", "--expires", "30")
    admin = run("keys", "add", "--admin")
    prefix = shop.removeprefix("clk_")[:12]
    listed = run("keys", "list", "maria").splitlines()
    assert [line.split()[1] for line in listed] == ["agent", "owner"]
    assert listed[0].endswith("the shop")
    assert run("keys", "list", "--admin").startswith(f"{admin.removeprefix('clk_')[:12]}  admin")
    run("keys", "revoke", "maria", prefix)
    assert prefix not in run("keys", "list", "maria")
    refusal(in_process(data_dir, "keys", "revoke", "maria", prefix, DATABASE_URL=database_url))
    last = run("keys", "list", "maria").split()[0]
    assert "last way in" in refusal(in_process(data_dir, "keys", "revoke", "maria", last, DATABASE_URL=database_url))
    nobodys = in_process(data_dir, "keys", "list", DATABASE_URL=database_url)
    assert (nobodys.returncode, nobodys.stdout) == (2, "")


def test_people_are_let_in_and_out_by_commands(data_dir: Path, database_url: str) -> None:
    def run(*arguments: str) -> str:
        done = in_process(data_dir, *arguments, DATABASE_URL=database_url)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("creators", "add", "maria", "--email", "maria@example.com")
    assert "/app#link=" in run("users", "add", "maria", "bea@example.com", "--role", "agent")
    run("users", "role", "bea@example.com", "auditor")
    assert run("users", "list", "maria").startswith("bea@example.com  auditor")
    refusal(in_process(data_dir, "users", "add", "maria", "bea@example.com", DATABASE_URL=database_url))
    refusal(in_process(data_dir, "users", "remove", "maria@example.com", DATABASE_URL=database_url))
    run("users", "remove", "bea@example.com")
    assert "bea@" not in run("users", "list", "maria")


def test_who_acts_for_several_creators_is_named_with_one(tmp_path: Path, database_url: str) -> None:
    settings = Settings(database_url=SecretStr(database_url), data_dir=tmp_path)
    email = "bea@example.com"
    for creator in ("maria", "pedro"):
        add_creator(settings, creator, email, None)
        add_key(settings, creator, Role.OWNER, None, None)

    def remove(creator: str | None, *, as_admin: bool = False) -> None:
        remove_user(settings, email, creator, as_admin=as_admin)

    def roles(creator: str | None) -> list[str]:
        return [user["role"] for user in list_users(settings, creator)]

    with pytest.raises(StartupError, match="acts for several creators"):
        change_role(settings, email, Role.AGENT, None)
    with pytest.raises(StartupError, match="acts for several creators"):
        remove(None)
    change_role(settings, email, Role.AGENT, "pedro")
    assert (roles("maria"), roles("pedro")) == (["owner"], ["agent"])
    with pytest.raises(StartupError, match="invited already"):
        add_user(settings, "maria", "BEA@example.com", Role.AGENT)
    add_user(settings, None, email, Role.ADMIN)
    add_key(settings, None, Role.ADMIN, None, None)
    remove(None, as_admin=True)
    remove("maria")
    assert (roles("maria"), roles("pedro"), roles(None)) == ([], ["agent"], [])
    remove(None)
    with pytest.raises(StartupError, match="Nobody is known"):
        link_user(settings, email)


@pytest.mark.parametrize(
    "arguments",
    [
        ["creators", "add", "maria"],
        ["creators", "add", "Ana María!"],
        ["creators", "add", "ana", "--timezone", "Mars/Olympus"],
        ["keys", "add", "nobody"],
        ["users", "link", "nobody@example.com"],
    ],
)
def test_what_cannot_be_done_is_one_sentence(data_dir: Path, database_url: str, arguments: list[str]) -> None:
    assert in_process(data_dir, "creators", "add", "maria", DATABASE_URL=database_url).returncode == 0
    refusal(in_process(data_dir, *arguments, DATABASE_URL=database_url))


@pytest.mark.parametrize("given", ["notanemail", "", "  ", "ana@x..es", "test\u043e@gmail.com"])
def test_who_is_let_in_has_an_address_as_over_http(given: str) -> None:
    with pytest.raises(Invalid) as refused:
        add_user(Settings(), "maria", given, Role.OWNER)
    assert [(error.field, error.code) for error in refused.value.errors] == [("/email", "form")]
    with pytest.raises(Invalid):
        add_creator(Settings(), "maria", given, None)


def test_a_token_comes_from_stdin_or_not_at_all(data_dir: Path) -> None:
    done = in_process(data_dir, "channels", "connect", "maria", "telegram")
    assert done.returncode == 2
    assert done.stderr.startswith("clonnect: Nothing came on stdin")


def test_a_bot_is_connected_and_its_token_is_not_repeated(data_dir: Path, database_url: str) -> None:
    in_process(data_dir, "creators", "add", "maria", DATABASE_URL=database_url)
    with BotApi() as telegram:
        settings = {"DATABASE_URL": database_url, "CLONNECT_TELEGRAM_BASE_URL": telegram.url}
        done = in_process(data_dir, "channels", "connect", "maria", "telegram", given=f"\ufeff{TOKEN}\r\n", **settings)
        assert done.returncode == 0, done.stderr
        assert "speaks for maria" in done.stdout
        wrong = in_process(data_dir, "channels", "connect", "maria", "telegram", given=f"{TOKEN}x\n", **settings)
        assert "check its token" in refusal(wrong)
    assert TOKEN not in done.stdout + done.stderr + wrong.stderr


def test_without_a_server_the_commands_share_the_embedded_one_and_leave_none_behind(data_dir: Path) -> None:
    assert clonnect(data_dir, "creators", "add", "maria").returncode == 0
    wait_until(lambda: servers(data_dir) == [])
    with listening(data_dir, "serve") as (program, address):
        key = clonnect(data_dir, "keys", "add", "maria").stdout.strip()
        answer = httpx.get(f"{address}/bot/maria/status", headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 200, answer.text
        invited = httpx.post(
            f"{address}/access/maria/users",
            headers={"Authorization": f"Bearer {key}"},
            json={"email": "luz@example.com", "role": "agent"},
        )
        assert invited.json()["link"].startswith(f"{address}/app#link=")
        program.terminate()
        assert program.wait(timeout=STOPS_WITHIN) == 0
    wait_until(lambda: servers(data_dir) == [])


@pytest.mark.parametrize(("command", "stop"), [("serve", signal.SIGTERM), ("api", signal.SIGINT)])
def test_a_program_stops_cleanly_when_told(
    data_dir: Path, database_url: str, command: str, stop: signal.Signals
) -> None:
    with listening(data_dir, command, DATABASE_URL=database_url) as (program, address):
        assert httpx.get(f"{address}/health/live").status_code == 200
        program.send_signal(stop)
        assert program.wait(timeout=STOPS_WITHIN) == 0


def test_a_port_in_use_is_one_sentence(data_dir: Path, database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refusal(clonnect(data_dir, "serve", "--port", str(port), DATABASE_URL=database_url))
    assert said.startswith(f"Port {port} of 127.0.0.1 cannot be used")
    assert said.endswith("choose another with --port.")


def test_the_api_describes_itself(data_dir: Path) -> None:
    described = json.loads(in_process(data_dir, "openapi").stdout)
    assert described["openapi"].startswith("3.1")
    assert "/dm/leads/{creator_id}" in described["paths"]


@pytest.fixture
def marta(data_dir: Path) -> Iterator[bytes]:
    """The creator `maria` with the lead `tg_4711`, on a server that stays up; answers the installation's key."""
    key = installation_key(Settings(data_dir=data_dir))
    with embedded_server(data_dir / "postgres") as url:
        migrate(url)
        with open_application(url, key) as app, context.acting("system", at=datetime.now(UTC)):
            app.sign_up_creator("maria", None, CreatorSettings())
            app.capture_lead("maria", NewLead(Platform.TELEGRAM, "4711", Details("Marta")))
        yield key


@pytest.mark.usefixtures("marta")
def test_a_person_is_erased_by_a_command(data_dir: Path) -> None:
    assert in_process(data_dir, "erase", "maria", "tg_4711").stdout.startswith("The person is erased: 2 events")
    assert in_process(data_dir, "erase", "maria", "tg_4711").stdout == "This person was erased before.\n"
    assert refusal(in_process(data_dir, "erase", "maria", "tg_4712")) == "There is no such person."


def test_the_key_is_changed_by_a_command_and_the_old_one_refused(data_dir: Path, marta: bytes) -> None:
    done = in_process(data_dir, "keys", "rotate-master", "--new-key-file", str(data_dir / "next"))
    assert (done.returncode, done.stderr) == (0, "")
    assert installation_key(Settings(data_dir=data_dir)) != marta
    assert in_process(data_dir, "keys", "add", "maria").returncode == 0
    wrong = in_process(data_dir, "keys", "add", "maria", CLONNECT_KEY=b64encode(marta).decode())
    assert refusal(wrong).startswith("The installation's key is not the one that this database was sealed with")
