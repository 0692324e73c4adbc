"""Settings: environment variables and lines of `.env`, their names, defaults and meaning."""

import base64
import binascii
import difflib
import json
import os
import re
from collections.abc import Mapping
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api.errors import StartupError
from domain.errors import Invalid
from domain.follower.values import AnswerLimits
from domain.person.email_addresses import checked_address
from processes.language_models.account import GroqAccount, ModelNames
from processes.notifying.smtp_server import SmtpServer

PREFIX = "CLONNECT_"
KEY_BYTES = 32
MEBIBYTE = 1024 * 1024


def default_data_dir() -> Path:
    """The XDG data home; for root, whose home the database's own account may not enter, `/var/lib`."""
    if os.name == "posix" and os.geteuid() == 0:
        return Path("/var/lib/clonnect")
    home = os.environ.get("XDG_DATA_HOME")
    return (Path(home) if home else Path.home() / ".local" / "share") / "clonnect"


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


def _postgresql(url: SecretStr) -> SecretStr:
    if not re.match(r"postgres(ql)?://", url.get_secret_value()):
        raise ValueError("it must look like postgresql://user:password@host:5432/database")
    return url


def _base_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("it must look like https://host or https://host/path")
    return url.rstrip("/")


def _model_base_url(url: str) -> str:
    if url.endswith("/openai/v1"):
        raise ValueError("it must be given without /openai/v1, which is added to it")
    return url


def _groq_key(key: SecretStr) -> SecretStr:
    bare = key.get_secret_value().strip()
    if not re.fullmatch(r"[!-~]+", bare):
        raise ValueError("it must be a key as Groq shows it, in one piece")
    return SecretStr(bare)


def _listed(value: object) -> object:
    """One or several, with commas or as a list in JSON."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except ValueError as error:
            raise ValueError("it must look like https://a.example, https://b.example") from error
    return [each.strip() for each in value.split(",") if each.strip()]


def _origins(origins: tuple[str, ...]) -> tuple[str, ...]:
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.hostname or origin != f"{parts.scheme}://{parts.netloc}":
            raise ValueError("an origin looks like https://host or https://host:8443")
    return origins


def _sender(sender: str) -> str:
    try:
        checked_address(parseaddr(sender)[1])
    except Invalid as error:
        raise ValueError("it must look like no-reply@example.com or Clonnect <no-reply@example.com>") from error
    return sender


def _key(key: SecretStr) -> SecretStr:
    try:
        raw = base64.b64decode(key.get_secret_value(), validate=True)
    except binascii.Error:
        raw = b""
    if len(raw) != KEY_BYTES:
        raise ValueError(f"it must be {KEY_BYTES} random bytes in base64, such as `openssl rand -base64 32` prints")
    return key


BaseUrl = Annotated[str, AfterValidator(_base_url)]
DataPath = Annotated[Path, AfterValidator(_absolute)]


class Settings(BaseSettings):
    """Every setting; each is an environment variable, or a line of `.env` where the program starts."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8-sig",  # an editor's byte-order mark is no part of the first name
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    database_url: Annotated[SecretStr, AfterValidator(_postgresql)] | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description="A PostgreSQL server to use, postgresql://user:password@host:5432/database. "
        "Not set: the program starts the embedded one in the data directory.",
    )
    groq_api_key: Annotated[SecretStr, AfterValidator(_groq_key)] | None = Field(
        default=None,
        validation_alias="GROQ_API_KEY",
        description="The key of the language model. Not set: answers come from templates.",
    )
    model_base_url: Annotated[BaseUrl, AfterValidator(_model_base_url)] = Field(
        default="https://api.groq.com",
        description="Where the language model is asked, without /openai/v1: Groq, or a gateway of yours before it.",
    )
    model_reply: str = Field(
        default="openai/gpt-oss-120b", min_length=1, description="The model that writes the replies."
    )
    model_second: str = Field(
        default="openai/gpt-oss-20b",
        min_length=1,
        description="The model that is asked when the first is retired.",
    )
    model_calls_per_day: int = Field(
        default=500,
        ge=0,
        description="Calls of the language model for a creator on a day (UTC); then templates answer.",
    )
    model_tokens_per_day: int = Field(default=1_000_000, ge=0, description="Tokens of these calls, read and written.")
    model_timeout: float = Field(
        default=20, ge=1, le=60, description="How many seconds one call of the language model may take."
    )
    model_connect_timeout: float = Field(
        default=5, ge=1, le=60, description="How many seconds of these connecting to it may take."
    )
    data_dir: DataPath = Field(
        default_factory=default_data_dir,
        description="Where the embedded database and the key file live. "
        "Not set: ~/.local/share/clonnect; for root /var/lib/clonnect.",
    )
    host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="The address to listen on; 0.0.0.0 is every network, and belongs behind TLS.",
    )
    port: int = Field(default=8000, ge=0, le=65535, description="The port to listen on; 0 takes any free one.")
    public_url: BaseUrl | None = Field(
        default=None,
        description="Where the internet reaches this program, such as https://dm.example.com; "
        "platforms send their webhooks there. Not set: Telegram is asked by long polling.",
    )
    telegram_base_url: BaseUrl = Field(
        default="https://api.telegram.org",
        description="The Telegram Bot API: Telegram's own server, or one that you run yourself.",
    )
    telegram_polling: bool = Field(
        default=True,
        description="Whether bots without a webhook are asked for new messages by long polling.",
    )
    answers_per_hour: int = Field(
        default=20, ge=0, le=1000, description="How many answers of the bot one person gets in an hour, at most."
    )
    answers_per_day: int = Field(
        default=100, ge=0, le=1000, description="How many answers of the bot one person gets in a day, at most."
    )
    smtp_host: str | None = Field(
        default=None,
        description="The mail server by which creators are notified. Not set: nobody is notified by e-mail.",
    )
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="How the mail server is spoken to: starttls (nothing is sent without), tls, or none.",
    )
    smtp_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="The mail server's port. Not set: 587 for starttls, 465 for tls, 25 for none.",
    )
    smtp_user: str | None = Field(default=None, description="Who logs in with the mail server. Not set: nobody.")
    smtp_password: SecretStr | None = Field(
        default=None, validate_default=True, description="The password of who logs in."
    )
    smtp_from: Annotated[str, AfterValidator(_sender)] | None = Field(
        default=None,
        validate_default=True,
        description="From whom the mails are, such as Clonnect <no-reply@example.com>.",
    )
    webhook_out_private: bool = Field(
        default=False,
        description="Whether creators may be notified at http:// and at private addresses: for tests, "
        "or where every creator may reach the network that the program is in.",
    )
    cookie_secure: Literal["auto", "always", "never"] = Field(
        default="auto",
        description="Whether the session cookie is sent over TLS only; auto: when public_url is https.",
    )
    requests_per_minute: int = Field(
        default=1200, ge=1, description="How often a minute a key or a person may ask, in each program."
    )
    log_ins_per_minute: int = Field(
        default=10, ge=1, description="How many log-ins a minute may fail for one account from one address."
    )
    streams_at_once: int = Field(default=20, ge=1, description="How many live streams one key or person may hold open.")
    trusted_proxies: str | None = Field(
        default=None,
        description="Addresses of reverse proxies, with commas, whose X-Forwarded-For says where a request comes from. "
        "Not set: nobody's.",
    )
    key: Annotated[SecretStr, AfterValidator(_key)] | None = Field(
        default=None,
        description="The installation's key, 32 random bytes in base64, which wraps those of personal data. "
        "Not set: it is read from the key file.",
    )
    key_file: DataPath | None = Field(
        default=None,
        description="Where the installation's key is kept when it is not set; made on first use. "
        "Not set: the file `key` in the data directory.",
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed), AfterValidator(_origins)] = Field(
        default=(),
        description="Origins whose pages may call the API, with commas, such as https://board.example.com. "
        "Not set: none but its own.",
    )
    head_limit: int = Field(
        default=32 * 1024, ge=1024, description="How many bytes the address and the headers of a request may have."
    )
    body_limit: int = Field(
        default=MEBIBYTE, ge=1024, description="How many bytes a body may have, webhooks and imports excepted."
    )
    webhook_limit: int = Field(
        default=4 * MEBIBYTE, ge=1024, description="How many bytes a platform may deliver at once."
    )
    import_limit: int = Field(
        default=16 * MEBIBYTE, ge=1024, description="How many bytes a file of leads to be imported may have."
    )
    bodies_limit_per_address: int = Field(
        default=24 * MEBIBYTE,
        ge=1024,
        description="How many bytes of bodies one address may have the program hold at the same time.",
    )
    bodies_limit: int = Field(
        default=40 * MEBIBYTE, ge=1024, description="How many bytes of bodies the program holds at the same time."
    )
    connections_limit: int = Field(
        default=1000, ge=1, description="How many connections to clients may be open at the same time."
    )
    connections_limit_per_address: int = Field(
        default=256,
        ge=1,
        description="How many connections one address may have open, or requests under way through a trusted proxy.",
    )
    drain_seconds: float = Field(
        default=0,
        ge=0,
        le=300,
        description="How long requests are answered after SIGTERM, while /health/ready says that no more should come.",
    )
    page_limit: int = Field(default=1000, ge=1, le=1000, description="How many rows a page of a list may have.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="How much the program says on stderr: debug, info, warning or error."
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="How each line of the log is written: text (`field=value`) or json."
    )

    @field_validator("smtp_user")
    @classmethod
    def _logs_in_over_tls(cls, user: str | None, known: ValidationInfo) -> str | None:
        if user is not None and known.data.get("smtp_tls") == "none":
            raise ValueError("nobody logs in without TLS: set CLONNECT_SMTP_TLS to starttls or tls")
        return user

    @field_validator("smtp_password", "smtp_from")
    @classmethod
    def _is_set_with(cls, value: object, known: ValidationInfo) -> object:
        needed_by = "smtp_user" if known.field_name == "smtp_password" else "smtp_host"
        if value is None and known.data.get(needed_by) is not None:
            raise ValueError(f"it must be set where {PREFIX}{needed_by.upper()} is")
        return value

    @field_validator("bodies_limit_per_address", "bodies_limit")
    @classmethod
    def _holds_the_largest(cls, limit: int, known: ValidationInfo) -> int:
        one = ("body_limit", "webhook_limit", "import_limit", "bodies_limit_per_address")
        if limit < (largest := max(known.data.get(name, 0) for name in one)):
            raise ValueError(f"it must be at least {largest} bytes, which is what one body, or address, may have")
        return limit


def answer_limits(settings: Settings) -> AnswerLimits:
    """The two settings as the domain takes them."""
    return AnswerLimits(settings.answers_per_hour, settings.answers_per_day)


def smtp_server(settings: Settings) -> SmtpServer | None:
    """The mail server as the notifying takes it; None if there is none."""
    if settings.smtp_host is None or settings.smtp_from is None:
        return None
    return SmtpServer(
        host=settings.smtp_host,
        port=settings.smtp_port or {"starttls": 587, "tls": 465, "none": 25}[settings.smtp_tls],
        tls=settings.smtp_tls,
        user=settings.smtp_user,
        password=None if settings.smtp_password is None else settings.smtp_password.get_secret_value(),
        sender=settings.smtp_from,
    )


def groq_account(settings: Settings) -> GroqAccount | None:
    """Whose key asks the language model, and where; None: there is no key, and no model is asked."""
    if settings.groq_api_key is None:
        return None
    return GroqAccount(
        api_key=settings.groq_api_key.get_secret_value(),
        base_url=settings.model_base_url,
        timeout=settings.model_timeout,
        connect_timeout=settings.model_connect_timeout,
    )


def model_names(settings: Settings) -> ModelNames:
    """The models that replies are asked of."""
    return ModelNames(reply=settings.model_reply, second=settings.model_second)


def variables() -> dict[str, str]:
    """Every environment variable that is understood, with its description."""
    return {
        str(field.validation_alias or f"{PREFIX}{name.upper()}"): field.description or ""
        for name, field in Settings.model_fields.items()
    }


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this program; `StartupError` names a wrong one, and never shows its value."""
    known = variables()
    for name in environ:
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1)
            hint = f"did you mean {near[0]}?" if near else "docs/operations.md lists them all."
            raise StartupError(f"{name} is not a setting: {hint}")
    try:
        return Settings()
    except UnicodeDecodeError as error:
        raise StartupError(".env is not in UTF-8: save it as UTF-8.") from error
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[0]
        field = str(wrong["loc"][0])
        name = field if field in known else f"{PREFIX}{field.upper()}"
        reason = str(wrong["msg"]).removeprefix("Value error, ")
        raise StartupError(f"{name} is wrong: {reason[0].lower()}{reason[1:]}.") from None
