"""The people and the products that the tests tell of, and the commands that bring them into an installation.

A command takes the application first, as those of Clonnect do, so that a test gives it directly or to a writer:
`sign_up(app, settings)`, `await writer.do(issue_key, CREATOR, Role.OWNER)`.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from api.access.credentials import NewKey
from api.database.installation import installation_key
from api.settings import Settings
from domain import context
from domain.application import Clonnect
from domain.creator import CreatorSettings, Product
from domain.vocabulary import Mode, Platform, Role, SequenceType
from eventstore.sealing import Sealer
from processes.channel_accounts import connecting
from processes.channels.base import ChannelName

CREATOR = "maria"
OTHER = "pedro"
IN_MADRID = CreatorSettings("Europe/Madrid", debounce_seconds=0)
COURSE = Product(
    UUID(int=97), "Curso de fotografía", Decimal(97), "EUR", "", "https://pay.example/curso", ("curso", "course")
)

NO_POOL: Any = None
"""The pool of a projection that is asked over a connection of the test's own, or not at all."""


class ManualClock:
    """Seconds that go by when the test says so: `clock.now += 6`."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def sign_up(
    app: Clonnect,
    settings: Settings,
    creator_id: str = CREATOR,
    *,
    at: datetime | None = None,
    wishes: CreatorSettings | None = None,
) -> None:
    """A creator in Madrid with one product, four connected accounts, the bot and all sequences on."""
    key = installation_key(settings)
    with context.acting("system", at=at or datetime.now(UTC)):
        app.sign_up_creator(creator_id, None, wishes or IN_MADRID)
        for channel in ChannelName:
            connect(app, key, creator_id, Platform(channel))
        app.add_product(creator_id, COURSE)
        app.change_mode(creator_id, Mode.AUTO)
        switch_all_on(app, creator_id)


def switch_all_on(app: Clonnect, creator_id: str) -> None:
    """All eight sequences."""
    for kind in SequenceType:
        app.switch_sequence(creator_id, kind, True)


def connect(
    app: Clonnect,
    key: bytes,
    creator_id: str,
    platform: Platform,
    account: str | None = None,
    *,
    token: str = "token",
    secret: str | None = None,
) -> None:
    """Connect an account; `secret` is what its webhook proves itself with."""
    account = account or f"{creator_id}-{platform}"
    stored = connecting(
        Sealer(key), ChannelName(platform), account, creator_id, token, secret or f"secret of {account}"
    )
    app.connect_channel(creator_id, platform, account, in_transaction=stored)


def issue_key(app: Clonnect, creator_id: str | None, role: Role = Role.OWNER, **more: Any) -> str:
    """A new key, `label` and `expires_at` if need be; without a creator an admin's."""
    key = NewKey()
    label, expires_at = more.get("label"), more.get("expires_at")
    stored = key.stored(creator_id, role, label, expires_at)
    app.issue_key(creator_id, key.prefix, role, label, expires_at, in_transaction=stored)
    return key.secret
