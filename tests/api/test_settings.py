import base64
import re
from contextlib import suppress
from pathlib import Path
from typing import Literal

import pytest

from api.database.installation import key_in
from api.errors import StartupError
from api.settings import KEY_BYTES, Settings, groq_account, load, model_names, smtp_server, variables
from processes.language_models.account import GroqAccount, ModelNames
from processes.notifying.smtp_server import SmtpServer

ROOT = Path(__file__).parents[2]


def test_nothing_has_to_be_set() -> None:
    settings = load({})
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.database_url is None
    assert settings.data_dir.is_absolute()


@pytest.mark.parametrize("page", [".env.example", "docs/operations.md"])
def test_every_setting_is_documented(page: str) -> None:
    text = (ROOT / page).read_text()
    assert [name for name in variables() if not re.search(rf"\b{name}\b", text)] == []


@pytest.mark.parametrize("page", [".env.example", "docs/operations.md", "README.md"])
def test_no_page_names_a_setting_that_does_not_exist(page: str) -> None:
    named = set(re.findall(r"\bCLONNECT_[A-Z_]+\b", (ROOT / page).read_text()))
    assert named <= variables().keys()


def test_every_setting_says_what_it_means() -> None:
    assert all(description.endswith(".") for description in variables().values())


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("CLONNECT_PORT", "http", "CLONNECT_PORT is wrong: input should be a valid integer"),
        ("CLONNECT_PORT", "70000", "CLONNECT_PORT is wrong: input should be less than or equal to 65535"),
        ("CLONNECT_LOG_LEVEL", "loud", "CLONNECT_LOG_LEVEL is wrong: input should be 'debug', 'info'"),
        ("CLONNECT_PUBLIC_URL", "dm.example.com", "CLONNECT_PUBLIC_URL is wrong: it must look like https://host"),
        ("DATABASE_URL", "mysql://u:hunter2@h/d", "DATABASE_URL is wrong: it must look like postgresql://"),
        (
            "CLONNECT_BODIES_LIMIT_PER_ADDRESS",
            "1000000",
            "CLONNECT_BODIES_LIMIT_PER_ADDRESS is wrong: it must be at least 16777216 bytes",
        ),
        ("CLONNECT_BODIES_LIMIT", "20000000", "CLONNECT_BODIES_LIMIT is wrong: it must be at least 25165824 bytes"),
        (
            "CLONNECT_SMTP_HOST",
            "mail.example.com",
            "CLONNECT_SMTP_FROM is wrong: it must be set where CLONNECT_SMTP_HOST",
        ),
        ("CLONNECT_SMTP_USER", "ana", "CLONNECT_SMTP_PASSWORD is wrong: it must be set where CLONNECT_SMTP_USER is"),
        ("CLONNECT_SMTP_FROM", "Clonnect", "CLONNECT_SMTP_FROM is wrong: it must look like no-reply@example.com"),
        ("CLONNECT_SMTP_TLS", "ssl", "CLONNECT_SMTP_TLS is wrong: input should be 'starttls', 'tls' or 'none'"),
        ("CLONNECT_CONNECTIONS_LIMIT", "0", "CLONNECT_CONNECTIONS_LIMIT is wrong: input should be greater"),
        ("CLONNECT_KEY", "hunter2", "CLONNECT_KEY is wrong: it must be 32 random bytes in base64"),
        ("GROQ_API_KEY", "hunter2 hunter2", "GROQ_API_KEY is wrong: it must be a key as Groq shows it"),
        (
            "CLONNECT_MODEL_BASE_URL",
            "https://api.groq.com/openai/v1/",
            "CLONNECT_MODEL_BASE_URL is wrong: it must be given without /openai/v1",
        ),
        ("CLONNECT_MODEL_TIMEOUT", "inf", "CLONNECT_MODEL_TIMEOUT is wrong: input should be less than or equal to 60"),
    ],
)
def test_a_wrong_setting_is_one_sentence_that_names_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(StartupError) as refusal:
        load()
    assert str(refusal.value).startswith(sentence)
    assert "hunter2" not in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_nobody_logs_in_with_a_mail_server_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLONNECT_SMTP_TLS", "none")
    monkeypatch.setenv("CLONNECT_SMTP_USER", "ana")
    monkeypatch.setenv("CLONNECT_SMTP_PASSWORD", "hunter2")
    with pytest.raises(StartupError, match="CLONNECT_SMTP_USER is wrong: nobody logs in without TLS"):
        load()


@pytest.mark.parametrize(
    ("tls", "given", "port"),
    [("starttls", "", 587), ("tls", "", 465), ("none", "", 25), ("starttls", "2525", 2525)],
)
def test_a_mail_server_has_the_port_of_its_kind(
    monkeypatch: pytest.MonkeyPatch, tls: Literal["starttls", "tls", "none"], given: str, port: int
) -> None:
    monkeypatch.setenv("CLONNECT_SMTP_HOST", "mail.example.com")
    monkeypatch.setenv("CLONNECT_SMTP_FROM", "Clonnect <no-reply@example.com>")
    monkeypatch.setenv("CLONNECT_SMTP_TLS", tls)
    monkeypatch.setenv("CLONNECT_SMTP_PORT", given)
    assert smtp_server(load()) == SmtpServer(
        host="mail.example.com", port=port, tls=tls, sender="Clonnect <no-reply@example.com>"
    )


def test_without_a_mail_server_nobody_is_notified_by_mail() -> None:
    assert smtp_server(Settings()) is None


def test_a_misspelt_setting_is_not_passed_over() -> None:
    with pytest.raises(StartupError, match="CLONNECT_DATADIR is not a setting: did you mean CLONNECT_DATA_DIR"):
        load({"CLONNECT_DATADIR": "/tmp"})


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("CLONNECT_PORT", "")
    assert load().database_url is None
    assert load().port == 8000


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://maria:hunter2@db/clonnect")
    monkeypatch.setenv("GROQ_API_KEY", "hunter2")
    assert "hunter2" not in repr(load())


def test_addresses_are_kept_without_a_slash_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLONNECT_PUBLIC_URL", "https://dm.example.com/")
    assert load().public_url == "https://dm.example.com"


def test_settings_cannot_be_changed_on_the_way() -> None:
    settings = Settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1


@pytest.mark.parametrize(
    ("given", "origins"),
    [
        ("https://a.example", ("https://a.example",)),
        ("https://a.example, http://b.example:8443,", ("https://a.example", "http://b.example:8443")),
        ('["https://a.example", "https://b.example"]', ("https://a.example", "https://b.example")),
    ],
)
def test_origins_are_named_one_by_one(monkeypatch: pytest.MonkeyPatch, given: str, origins: tuple[str, ...]) -> None:
    monkeypatch.setenv("CLONNECT_CORS_ORIGINS", given)
    assert load().cors_origins == origins


@pytest.mark.parametrize("name", sorted(variables()))
def test_whatever_a_setting_is_set_to_it_is_taken_or_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for given in ("{", "[", "[1]", "null", "https://a.example/path, *"):
        monkeypatch.setenv(name, given)
        with suppress(StartupError):
            load()


def test_a_mark_at_the_beginning_of_env_is_no_part_of_a_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(Settings.model_config, "env_file", ".env")
    (tmp_path / ".env").write_text("CLONNECT_PORT=8111\n", "utf-8-sig")
    assert load({}).port == 8111
    (tmp_path / ".env").write_text("CLONNECT_PORT=8111\n", "utf-16")
    with pytest.raises(StartupError, match="not in UTF-8"):
        load({})


def test_a_key_file_may_be_written_by_an_editor(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{base64.b64encode(b'k' * KEY_BYTES).decode()}\r\n", "utf-8-sig")
    assert key_in(file) == b"k" * KEY_BYTES


def test_without_a_key_no_model_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "")
    assert groq_account(load()) is None


def test_with_a_key_the_model_is_asked_where_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_API_KEY", " hunter2\n")
    monkeypatch.setenv("CLONNECT_MODEL_BASE_URL", "https://gateway.example/groq/")
    monkeypatch.setenv("CLONNECT_MODEL_TIMEOUT", "8.5")
    monkeypatch.setenv("CLONNECT_MODEL_SECOND", "qwen/qwen3.8-27b")
    settings = load()
    account = groq_account(settings)
    assert account == GroqAccount("hunter2", "https://gateway.example/groq", 8.5, 5)
    assert "hunter2" not in repr(account)
    assert model_names(settings) == ModelNames("openai/gpt-oss-120b", "qwen/qwen3.8-27b")
