"""The creator aggregate: settings, configuration, the mode of the bot, products and channels."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from domain.aggregate import Aggregate, AggregateCreated
from domain.errors import Conflict, FieldError, Invalid, NotFound
from domain.person.time_zones import check_zone, country_of
from domain.vocabulary import Language, Mode, Platform
from eventstore.personal import Personal

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
NAME_RULE = "A name has 1 to 63 characters, a-z, 0-9, _ and -, and begins with a letter or digit."
RESERVED = frozenset({"config"})
"""`/creator/config/…` is an address, and so is `/creator/NAME/…`."""

MAX_PRODUCTS = 1000
"""All of them are loaded with their creator, and looked through for every message."""

DEBOUNCE_BEFORE = 0
"""Seconds: whoever could not say so yet goes on to be answered at once, until they say otherwise."""


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
class CreatorSettings:
    """When and how often a machine may write for this creator; times are local to the zone.

    `debounce_seconds` after the last of several messages they are understood, and answered, as one.
    """

    timezone: str = "UTC"
    language: Language = Language.ES
    quiet_from: time = time(21)
    quiet_to: time = time(9)
    cap_per_day: int = 2
    cap_per_week: int = 4
    debounce_seconds: int = 8

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def country(self) -> str | None:
        """Where a phone number without a country's code belongs (ISO 3166); `None`: nowhere in particular."""
        return country_of(self.timezone)


@dataclass(frozen=True)
class Config:
    """Where to reach the creator, and how whoever writes for them is called and speaks; `None`: nothing is said."""

    email: str | None = None
    clone_name: str | None = None
    clone_tone: str | None = None
    clone_style: str | None = None
    clone_vocabulary: str | None = None
    welcome_message: str | None = None


class Creator(Aggregate):
    """One creator, known by a name that is unique in the installation and never changes."""

    TOPIC = "creator"

    class Event(Aggregate.Event):
        @property
        def subject(self) -> UUID | None:
            return self.originator_id

    class SignedUp(Event, AggregateCreated):
        TOPIC = "creator.signed_up"
        class_version = 2
        creator_id: str
        email: Annotated[str | None, Personal]
        settings: CreatorSettings
        mode: Mode

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["mode"] = Mode.OFF
            state["settings"]["debounce_seconds"] = DEBOUNCE_BEFORE

    class SettingsChanged(Event):
        TOPIC = "creator.settings_changed"
        class_version = 2
        settings: CreatorSettings

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            state["settings"]["debounce_seconds"] = DEBOUNCE_BEFORE

        def apply(self, creator: "Creator") -> None:
            creator.settings = self.settings

    class Configured(Event):
        TOPIC = "creator.configured"
        changed: tuple[str, ...]
        config: Annotated[Config, Personal]

        def apply(self, creator: "Creator") -> None:
            creator.config = self.config

    class ModeChanged(Event):
        TOPIC = "creator.mode_changed"
        mode: Mode
        reason: str | None

        def apply(self, creator: "Creator") -> None:
            creator.mode = self.mode
            creator.mode_reason = self.reason
            if self.mode is not Mode.OFF:
                creator.mode_when_on = self.mode

    class ProductAdded(Event):
        TOPIC = "creator.product_added"
        product: Product

        def apply(self, creator: "Creator") -> None:
            creator.products = creator.products | {self.product.product_id: replace(self.product)}

    class ProductChanged(Event):
        TOPIC = "creator.product_changed"
        product: Product

        def apply(self, creator: "Creator") -> None:
            creator.products = creator.products | {self.product.product_id: self.product}

    class ProductRemoved(Event):
        TOPIC = "creator.product_removed"
        product_id: UUID

        def apply(self, creator: "Creator") -> None:
            creator.products = {key: product for key, product in creator.products.items() if key != self.product_id}

    class ChannelConnected(Event):
        TOPIC = "creator.channel_connected"
        channel: Platform
        account_id: str

        def apply(self, creator: "Creator") -> None:
            creator.channels = creator.channels | {self.channel: self.account_id}

    class ChannelDisconnected(Event):
        TOPIC = "creator.channel_disconnected"
        channel: Platform
        account_id: str

        def apply(self, creator: "Creator") -> None:
            creator.channels = {name: account for name, account in creator.channels.items() if name != self.channel}

    @staticmethod
    def create_id(namespace: UUID, creator_id: str) -> UUID:
        return uuid5(namespace, f"creator/{creator_id}")

    @classmethod
    def sign_up(cls, namespace: UUID, creator_id: str, email: str | None, settings: CreatorSettings) -> "Creator":
        if not NAME.fullmatch(creator_id):
            raise Invalid(FieldError("/name", "form", NAME_RULE))
        if creator_id in RESERVED:
            raise Invalid(FieldError("/name", "reserved", f"Nobody can be named `{creator_id}`."))
        check_zone(settings.timezone)
        return cls._create(
            cls.SignedUp,
            id=cls.create_id(namespace, creator_id),
            creator_id=creator_id,
            email=email,
            settings=settings,
            mode=Mode.REVIEW,
        )

    def __init__(self, creator_id: str, email: str | None, settings: CreatorSettings, mode: Mode) -> None:
        self.creator_id = creator_id
        self.config = Config(email)
        self.settings = settings
        self.mode = mode
        self.mode_when_on = Mode.REVIEW
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

    @property
    def clone_name(self) -> str:
        """How whoever writes for the creator is called."""
        return self.config.clone_name or self.creator_id

    def change_settings(self, settings: CreatorSettings) -> None:
        check_zone(settings.timezone)
        if settings != self.settings:
            self.trigger_event(self.SettingsChanged, settings=settings)

    def configure(self, changes: Mapping[str, str | None]) -> None:
        """Take over the given fields of `Config`; what is already so changes nothing."""
        before = vars(self.config)
        changed = tuple(name for name, value in changes.items() if before[name] != value)
        if changed:
            self.trigger_event(self.Configured, changed=changed, config=replace(self.config, **changes))

    def change_mode(self, mode: Mode, reason: str | None = None) -> None:
        if mode is not self.mode:
            self.trigger_event(self.ModeChanged, mode=mode, reason=reason)

    def switch_bot(self, is_on: bool | None, reason: str | None = None) -> None:
        """Silence the bot, or let it go on as before; without a wish, to the other side."""
        wanted = self.mode is Mode.OFF if is_on is None else is_on
        if wanted is (self.mode is Mode.OFF):
            self.change_mode(self.mode_when_on if wanted else Mode.OFF, reason)

    def add_product(self, product: Product) -> None:
        if product.product_id in self.products:
            return
        if len(self.products) >= MAX_PRODUCTS:
            raise Conflict(f"A creator has at most {MAX_PRODUCTS:,} products: remove one first.")
        self.trigger_event(self.ProductAdded, product=product)

    def product(self, product_id: UUID) -> Product:
        """One of the products; raises `NotFound`."""
        if product_id not in self.products:
            raise NotFound("There is no such product.")
        return self.products[product_id]

    def change_product(self, product_id: UUID, changes: Mapping[str, Any]) -> None:
        """Take over the given fields of `Product`; what is already so changes nothing."""
        before = self.product(product_id)
        product = replace(before, **changes)
        if product != before:
            self.trigger_event(self.ProductChanged, product=product)

    def remove_product(self, product_id: UUID) -> None:
        """Sell it no more; who was told of it keeps its id, under which nothing is found."""
        self.product(product_id)
        self.trigger_event(self.ProductRemoved, product_id=product_id)

    def connect_channel(self, channel: Platform, account_id: str, *, anew: bool = False) -> None:
        """Let an account speak for the creator; `anew`: with another secret, though it may be the same account."""
        if anew or self.channels.get(channel) != account_id:
            self.trigger_event(self.ChannelConnected, channel=channel, account_id=account_id)

    def disconnect_channel(self, channel: Platform, account_id: str) -> None:
        """Let this account speak no more; raises `Conflict` when another one has taken its place."""
        if channel not in self.channels:
            raise NotFound("This channel is not connected.")
        if self.channels[channel] != account_id:
            raise Conflict("Another account speaks here by now.")
        self.trigger_event(self.ChannelDisconnected, channel=channel, account_id=account_id)
