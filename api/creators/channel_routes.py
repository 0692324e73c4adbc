"""Routes of channel accounts: connected, tested and let go; no answer ever holds a secret."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Request
from pydantic import Field, SecretStr

from api.access.guard import Acting, guarded_router
from api.access.roles import OWNERS
from api.http.commands import DoOnVersion
from api.http.fields import Listed, Ok, RequestModel, ResponseModel, Time
from api.http.pagination import refuse_query
from api.http.routing import Bots, Connections, part
from api.runtime import Runtime
from domain.application import Clonnect
from domain.errors import Conflict, NotFound
from domain.vocabulary import Platform, PollingTrouble

router = guarded_router("channels", reads=OWNERS, writes=OWNERS)

ONLY_SIMULATED = "In a demo the simulator plays every channel: none can be connected or disconnected."
NOT_CONNECTED = "This channel is not connected."


class TroubleItem(ResponseModel):
    """Why no messages come in by polling, since when, and when it is tried again."""

    reason: PollingTrouble
    since: Time
    next_try_at: Time
    detail: str


class ChannelItem(ResponseModel):
    """One channel; `way_in` says how its messages come in, and is null where they do not."""

    channel: Platform
    configured: bool
    changeable: bool
    name: str | None
    connected_at: Time | None
    token_age_seconds: int | None
    last_delivery_at: Time | None
    way_in: Literal["webhook", "polling", "simulator"] | None
    trouble: TroubleItem | None


class Channels(Listed):
    """Every channel that a creator has, or could connect."""

    channels: list[ChannelItem]


class ConnectChannel(RequestModel):
    """What is needed to speak for a Telegram bot: the token that BotFather gave for it."""

    token: Annotated[SecretStr, Field(min_length=1, max_length=300)]


class ChannelConnected(Ok):
    """A bot that speaks for the creator; `detail` says what became of the one before it, if that went wrong."""

    channel: ChannelItem
    detail: str | None


class ChannelDisconnected(Ok):
    """Nobody speaks for the creator here any more; `detail` says what the platform did not let us undo."""

    channel: ChannelItem
    disconnected: Literal[True] = True
    detail: str | None


class ChannelTested(Ok):
    """Whether the platform takes our word for the account, and its messages come in."""

    channel: Platform
    ok: bool
    detail: str


def _platform(word: str) -> Platform:
    try:
        return Platform(word)
    except ValueError as error:
        raise NotFound("There is no such channel.") from error


@dataclass(frozen=True)
class ChannelAccounts:
    """The accounts that speak for creators, and whether they can be changed here."""

    connections: Connections
    bots: Bots
    is_demo: bool

    @classmethod
    def of(cls, runtime: Runtime) -> "ChannelAccounts":
        """From the parts of a program."""
        return cls(runtime.connections, runtime.bots, runtime.is_demo)

    def changeable(self, word: str) -> Platform:
        """The channel that a path names, if it can be connected here."""
        platform = _platform(word)
        if self.is_demo:
            raise Conflict(ONLY_SIMULATED)
        if platform is not Platform.TELEGRAM:
            raise NotFound("There is no such channel.")
        return platform

    async def told(self, creator_id: str) -> dict[Platform, ChannelItem]:
        """The channels of a creator: those that are connected, and those that could be."""
        way_in = "simulator" if self.is_demo else self.bots.way_in
        items = {
            Platform(each.channel): ChannelItem(
                channel=Platform(each.channel),
                configured=True,
                changeable=not self.is_demo,
                name=each.name,
                connected_at=each.connected_at,
                token_age_seconds=int(each.token_age.total_seconds()),
                last_delivery_at=each.last_delivery_at,
                way_in=way_in,
                trouble=None
                if each.standstill is None
                else TroubleItem(
                    reason=each.standstill.reason,
                    since=each.standstill.since,
                    next_try_at=each.standstill.next_try_at,
                    detail=each.standstill.sentence,
                ),
            )
            for each in (await self.connections.told(creator_id)).values()
        }
        absent = ChannelItem(
            channel=Platform.TELEGRAM,
            configured=False,
            changeable=not self.is_demo,
            name=None,
            connected_at=None,
            token_age_seconds=None,
            last_delivery_at=None,
            way_in=None,
            trouble=None,
        )
        return {Platform.TELEGRAM: absent} | items


Accounts = Annotated[ChannelAccounts, part(ChannelAccounts.of)]


@router.get("/settings/{creator_id}/channels")
async def list_channels(request: Request, creator: Acting, channels: Accounts) -> Channels:
    """The channels of a creator."""
    refuse_query(request)
    told = await channels.told(creator.creator_id)
    items = [told[platform] for platform in Platform if platform in told]
    return Channels(channels=items, count=len(items), total=len(items), next_cursor=None)


@router.put("/settings/{creator_id}/channels/{channel}")
async def connect_channel(
    request: Request, creator: Acting, channels: Accounts, channel: str, body: ConnectChannel, do: DoOnVersion
) -> ChannelConnected:
    """Let a bot speak for the creator, in the place of the one before; the same again with another token renews it."""
    refuse_query(request)
    platform = channels.changeable(channel)
    async with channels.bots.connecting(creator.creator_id, body.token.get_secret_value()) as bot:
        account = await do.on_creator(
            creator.creator_id,
            Clonnect.connect_channel,
            platform,
            bot.account_id,
            in_transaction=bot.stored,
        )
    do.version(account.version)
    detail = None if bot.replaces is None else await channels.bots.let_go(bot.replaces)
    return ChannelConnected(channel=(await channels.told(creator.creator_id))[platform], detail=detail)


@router.delete("/settings/{creator_id}/channels/{channel}")
async def disconnect_channel(
    request: Request, creator: Acting, channels: Accounts, channel: str, do: DoOnVersion
) -> ChannelDisconnected:
    """Let an account go: nothing comes in from it, and what waits to be sent is held."""
    refuse_query(request)
    platform = channels.changeable(channel)
    gone = await channels.bots.of_creator(creator.creator_id)
    if gone is None:
        raise NotFound(NOT_CONNECTED)
    account = await do.on_creator(
        creator.creator_id,
        Clonnect.disconnect_channel,
        platform,
        gone.account_id,
        in_transaction=channels.bots.forgetting(gone, creator.creator_id),
    )
    do.version(account.version)
    detail = await channels.bots.let_go(gone)
    return ChannelDisconnected(channel=(await channels.told(creator.creator_id))[platform], detail=detail)


@router.post("/settings/{creator_id}/channels/{channel}/test")
async def test_channel(request: Request, creator: Acting, channels: Accounts, channel: str) -> ChannelTested:
    """Ask the platform whether it knows the account, with the token that we have; nothing is changed or sent."""
    refuse_query(request)
    found = (await channels.told(creator.creator_id)).get(_platform(channel))
    if found is None or not found.configured:
        raise NotFound(NOT_CONNECTED)
    if channels.is_demo:
        return ChannelTested(channel=found.channel, ok=True, detail="The simulator plays this channel.")
    account = await channels.bots.of_creator(creator.creator_id)
    if account is None:
        raise NotFound(NOT_CONNECTED)
    is_well, detail = await channels.bots.test(account)
    if is_well and found.trouble is not None:
        is_well, detail = False, found.trouble.detail
    return ChannelTested(channel=found.channel, ok=is_well, detail=detail)
