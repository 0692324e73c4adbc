"""Routes of creators: signing up, listing, and how each is reached and spoken for."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field

from api.access.guard import Acting, guarded_router
from api.access.roles import ADMINS, OWNERS
from api.http.commands import Do, DoOnVersion
from api.http.fields import Email, Listed, Name, NotNull, Ok, RequestModel, ResponseModel, Time
from api.http.pagination import Cursor, Limit
from api.http.reads import Reads, Tag
from api.http.routing import Account
from domain.application import Clonnect
from domain.creator import NAME, Creator, CreatorSettings
from domain.vocabulary import Mode

router = guarded_router("creators", reads=OWNERS, writes=OWNERS)
installation = guarded_router("creators", reads=ADMINS, writes=ADMINS)

LongText = Annotated[str, Field(max_length=5000)]


class ConfigItem(ResponseModel):
    """How a creator is reached, and how whoever writes for them is called and speaks; never a secret."""

    id: UUID
    name: str
    creator_id: str
    email: str | None
    bot_active: bool
    clone_name: str | None
    clone_tone: str | None
    clone_style: str | None
    clone_vocabulary: str | None
    welcome_message: str | None
    version: int

    @classmethod
    def of(cls, creator: Creator) -> "ConfigItem":
        """From the creator."""
        config = creator.config
        return cls(
            id=creator.id,
            name=creator.creator_id,
            creator_id=creator.creator_id,
            email=config.email,
            bot_active=creator.mode is not Mode.OFF,
            clone_name=config.clone_name,
            clone_tone=config.clone_tone,
            clone_style=config.clone_style,
            clone_vocabulary=config.clone_vocabulary,
            welcome_message=config.welcome_message,
            version=creator.version,
        )


class ConfigOut(Ok):
    """The configuration of a creator."""

    config: ConfigItem


class ConfigChanged(ConfigOut):
    """The configuration as it was left."""

    message: str = "Configuration updated"


class Configure(RequestModel):
    """What is to change; null clears a field. `is_active` is the switch of the bot."""

    clone_name: Annotated[str, Field(max_length=255)] | None = None
    clone_tone: Annotated[str, Field(max_length=50)] | None = None
    clone_style: LongText | None = None
    clone_vocabulary: LongText | None = None
    welcome_message: LongText | None = None
    email: Email | None = None
    is_active: Annotated[bool | None, NotNull] = None

    def changes(self) -> dict[str, str | None]:
        """The fields of `domain.creator.Config` that change; an empty text is none."""
        return {name: getattr(self, name) or None for name in self.model_fields_set - {"is_active"}}


class CreatorItem(ResponseModel):
    """A creator of the installation."""

    id: UUID
    name: str
    creator_id: str
    bot_active: bool
    mode: Mode
    created_at: Time
    version: int


class CreatorList(Listed):
    """One page of the creators, in the order in which they signed up."""

    creators: list[CreatorItem]


class SignUp(RequestModel):
    """A new creator; the name stands in every address, and never changes."""

    name: Annotated[Name, Field(json_schema_extra={"pattern": rf"^\s*{NAME.pattern}\s*$"})]
    email: Email | None = None


class SignedUp(Ok):
    """A creator who has just begun: the bot and all sequences are off."""

    creator: CreatorItem


@installation.get("/creator/list")
async def list_creators(reads: Reads, limit: Annotated[Limit, Query()] = 1000, cursor: Cursor = None) -> CreatorList:
    """Every creator."""
    page = await reads.cursors.of("creators").page(
        cursor, limit, ("created_at", "stream_id"), UUID, reads.creators.page
    )
    items = [
        CreatorItem(
            id=row["stream_id"],
            name=row["creator_id"],
            creator_id=row["creator_id"],
            bot_active=Mode(row["mode"]) is not Mode.OFF,
            mode=row["mode"],
            created_at=row["created_at"],
            version=row["version"],
        )
        for row in page.rows
    ]
    return CreatorList(creators=items, **page.listed(items))


@installation.post("/creator")
async def sign_up_creator(body: SignUp, do: Do) -> SignedUp:
    """Make a creator; whoever is to speak for them needs a key or an invitation of their own."""

    def sign_up(app: Clonnect) -> Creator:
        app.sign_up_creator(body.name, body.email or None, CreatorSettings())
        return app.creator(body.name)

    creator = await do(sign_up)
    do.version(creator.version)
    return SignedUp(
        creator=CreatorItem(
            id=creator.id,
            name=creator.creator_id,
            creator_id=creator.creator_id,
            bot_active=creator.mode is not Mode.OFF,
            mode=creator.mode,
            created_at=creator.created_on,
            version=creator.version,
        )
    )


@router.get("/creator/config/{creator_id}")
async def get_config(creator: Acting, account: Account, tag: Tag) -> ConfigOut:
    """How a creator is reached and spoken for."""
    tag(account.version)
    return ConfigOut(config=ConfigItem.of(account))


@router.put("/creator/config/{creator_id}")
async def configure(creator: Acting, body: Configure, do: DoOnVersion) -> ConfigChanged:
    """Change some of it, all or nothing."""
    account = await do.on_creator(creator.creator_id, Clonnect.configure, body.changes(), body.is_active)
    do.version(account.version)
    return ConfigChanged(config=ConfigItem.of(account))
