"""A creator: who sells here, what, in which voice, and what the bot may do for them."""

import re
from dataclasses import dataclass, replace
from datetime import time
from decimal import Decimal
from typing import Annotated
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo, available_timezones

from eventsourcing.domain import event

from domain.aggregate import Aggregate, AggregateCreated
from domain.errors import FieldError, Invalid
from domain.vocabulary import Language, Mode, Platform
from eventstore.personal import Personal

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
NAME_RULE = "A name has 1 to 63 characters, a-z, 0-9, _ and -, and begins with a letter or digit."


@dataclass(frozen=True)
class Product:
    """Something the creator sells; `keywords` are other words that followers call it by."""

    product_id: UUID
    name: str
    price: Decimal | None
    currency: str
    description: str = ""
    payment_link: str | None = None
    keywords: tuple[str, ...] = ()
    is_active: bool = True


@dataclass(frozen=True)
class Settings:
    """When and how often a machine may write for this creator; times are local to the zone."""

    timezone: str = "UTC"
    language: Language = Language.ES
    quiet_from: time = time(21)
    quiet_to: time = time(9)
    cap_per_day: int = 2
    cap_per_week: int = 4

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class Creator(Aggregate):
    """One creator, known by a name that is unique in the installation and never changes."""

    TOPIC = "creator"

    class Event(Aggregate.Event):
        @property
        def subject(self) -> UUID | None:
            return self.originator_id

    class SignedUp(Event, AggregateCreated):
        TOPIC = "creator.signed_up"
        creator_id: str
        email: Annotated[str | None, Personal]
        settings: Settings

    class SettingsChanged(Event):
        TOPIC = "creator.settings_changed"
        settings: Settings

    class ModeChanged(Event):
        TOPIC = "creator.mode_changed"
        mode: Mode
        reason: str | None

    class ProductAdded(Event):
        TOPIC = "creator.product_added"
        product: Product

    class ChannelConnected(Event):
        TOPIC = "creator.channel_connected"
        channel: Platform
        account_id: str

    @staticmethod
    def create_id(namespace: UUID, creator_id: str) -> UUID:
        return uuid5(namespace, f"creator/{creator_id}")

    @classmethod
    def sign_up(cls, namespace: UUID, creator_id: str, email: str | None, settings: Settings) -> "Creator":
        if not NAME.fullmatch(creator_id):
            raise Invalid(FieldError("/name", "form", NAME_RULE))
        check_zone(settings.timezone)
        return cls._create(
            cls.SignedUp,
            id=cls.create_id(namespace, creator_id),
            creator_id=creator_id,
            email=email,
            settings=settings,
        )

    def __init__(self, creator_id: str, settings: Settings) -> None:
        self.creator_id = creator_id
        self.settings = settings
        self.mode = Mode.OFF
        self.mode_reason: str | None = None
        self.products: dict[UUID, Product] = {}
        self.channels: dict[Platform, str] = {}

    @property
    def subject(self) -> UUID | None:
        return self.id

    def owners(self) -> dict[str, str]:
        return {"creator_id": self.creator_id}

    @property
    def active_products(self) -> list[Product]:
        return [product for product in self.products.values() if product.is_active]

    def change_settings(self, settings: Settings) -> None:
        check_zone(settings.timezone)
        if settings != self.settings:
            self._change_settings(settings=settings)

    @event(SettingsChanged)
    def _change_settings(self, settings: Settings) -> None:
        self.settings = settings

    def change_mode(self, mode: Mode, reason: str | None = None) -> None:
        """Switch the bot; drafts do not exist yet, so neither does the mode that needs them."""
        if mode is Mode.REVIEW:
            raise Invalid(FieldError("/mode", "unavailable", "The mode `review` is not available yet."))
        if mode is not self.mode:
            self._change_mode(mode=mode, reason=reason)

    @event(ModeChanged)
    def _change_mode(self, mode: Mode, reason: str | None) -> None:
        self.mode = mode
        self.mode_reason = reason

    def add_product(self, product: Product) -> None:
        if product.product_id not in self.products:
            self._add_product(product=product)

    @event(ProductAdded)
    def _add_product(self, product: Product) -> None:
        self.products = self.products | {product.product_id: replace(product)}

    def connect_channel(self, channel: Platform, account_id: str) -> None:
        if self.channels.get(channel) != account_id:
            self._connect_channel(channel=channel, account_id=account_id)

    @event(ChannelConnected)
    def _connect_channel(self, channel: Platform, account_id: str) -> None:
        self.channels = self.channels | {channel: account_id}


def check_zone(timezone: str) -> None:
    """Refuse what is no IANA zone at input, so that no send has to fail for it."""
    if timezone not in available_timezones():
        raise Invalid(FieldError("/timezone", "unknown", f"`{timezone}` is no IANA time zone."))
