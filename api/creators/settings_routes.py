"""Routes of settings: time zone, language, mode, quiet hours, caps and debounce of a creator."""

from datetime import time
from typing import Annotated, Any, Literal

from fastapi import Request
from pydantic import AfterValidator, Field

from api.access.guard import Acting, guarded_router
from api.access.roles import OWNERS
from api.http.commands import DoOnVersion
from api.http.fields import NotNull, Ok, RequestModel, ResponseModel
from api.http.pagination import refuse_query
from api.http.reads import Tag
from api.http.routing import Account
from domain.application import Clonnect
from domain.creator import Creator
from domain.vocabulary import Language, Mode

router = guarded_router("settings", reads=OWNERS, writes=OWNERS)

WallTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"), AfterValidator(time.fromisoformat)]


class QuietHoursSetting(ResponseModel):
    """Wall time of the creator during which nothing is sent by itself; none when both are equal."""

    from_: Annotated[str, Field(alias="from")]
    to: str


class Caps(ResponseModel):
    """How many messages one person gets by themselves, at most."""

    per_person_week: int
    per_day: int


class SettingsOut(Ok):
    """When, in which language and how often a machine may write for this creator."""

    creator_id: str
    timezone: str
    language: Language
    mode: Mode
    quiet_hours: QuietHoursSetting
    caps: Caps
    debounce_seconds: int
    version: int

    @classmethod
    def of(cls, creator: Creator) -> "SettingsOut":
        """From the creator."""
        settings = creator.settings
        return cls(
            creator_id=creator.creator_id,
            timezone=settings.timezone,
            language=settings.language,
            mode=creator.mode,
            quiet_hours=QuietHoursSetting(
                **{"from": settings.quiet_from.isoformat("minutes"), "to": settings.quiet_to.isoformat("minutes")}
            ),
            caps=Caps(per_person_week=settings.cap_per_week, per_day=settings.cap_per_day),
            debounce_seconds=settings.debounce_seconds,
            version=creator.version,
        )


class QuietHoursIn(RequestModel):
    """Both ends as `HH:MM`."""

    from_: Annotated[WallTime, Field(alias="from")]
    to: WallTime


Cap = Annotated[int, Field(ge=0, le=100)]


class CapsIn(RequestModel):
    """Either or both."""

    per_person_week: Annotated[Cap | None, NotNull] = None
    per_day: Annotated[Cap | None, NotNull] = None


class ChangeSettings(RequestModel):
    """What of the settings is to change."""

    timezone: Annotated[str | None, NotNull, Field(max_length=64)] = None
    language: Annotated[Literal["en", "es", "pt"] | None, NotNull] = None
    mode: Annotated[Literal["off", "review", "auto"] | None, NotNull] = None
    quiet_hours: Annotated[QuietHoursIn | None, NotNull] = None
    caps: Annotated[CapsIn | None, NotNull] = None
    debounce_seconds: Annotated[int | None, NotNull, Field(ge=0, le=120)] = None

    def changes(self) -> dict[str, Any]:
        """The fields of `domain.creator.Settings` that change."""
        given: dict[str, Any] = {
            "timezone": self.timezone,
            "language": Language(self.language) if self.language else None,
            "quiet_from": self.quiet_hours.from_ if self.quiet_hours else None,
            "quiet_to": self.quiet_hours.to if self.quiet_hours else None,
            "cap_per_week": self.caps.per_person_week if self.caps else None,
            "cap_per_day": self.caps.per_day if self.caps else None,
            "debounce_seconds": self.debounce_seconds,
        }
        return {field: value for field, value in given.items() if value is not None}


@router.get("/settings/{creator_id}")
async def get_settings(request: Request, creator: Acting, account: Account, tag: Tag) -> SettingsOut:
    """The settings of a creator."""
    refuse_query(request)
    tag(account.version)
    return SettingsOut.of(account)


@router.put("/settings/{creator_id}")
async def change_settings(request: Request, creator: Acting, body: ChangeSettings, do: DoOnVersion) -> SettingsOut:
    """Change some settings, all or nothing."""
    refuse_query(request)
    account = await do.on_creator(
        creator.creator_id,
        Clonnect.change_settings,
        body.changes(),
        Mode(body.mode) if body.mode else None,
    )
    do.version(account.version)
    return SettingsOut.of(account)
