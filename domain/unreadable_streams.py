"""Loading of people whose streams hold an event that cannot be read: they can be ended and erased all the same."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Protocol, TypeVar, runtime_checkable
from uuid import UUID

from eventsourcing.persistence import MapperDeserialisationError

from domain import context
from domain.aggregate import Aggregate
from domain.follower.follower import Follower
from domain.lead import Details, Lead
from domain.person.identity import parse_id
from domain.streams import Streams
from domain.vocabulary import Platform, Status

LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""When something began whose beginning cannot be read."""

Stream = TypeVar("Stream", bound=Aggregate)


@runtime_checkable
class Salvaging(Protocol):
    """A repository that makes an aggregate of those of its events that can be read."""

    def salvaged(self, aggregate_id: UUID, begun: Callable[[Mapping[str, str]], Aggregate]) -> Any:
        """The aggregate; `begun` makes it of the ids beside its first event, if that one cannot be read."""


class Salvage(Streams):
    """Leads and followers as far as they can be read. Nothing may be decided by them but that somebody is gone."""

    def lead_as_far_as_read(self, lead_id: UUID) -> Lead | None:
        """A lead whatever became of it and of its stream; `None` if there never was one."""

        def begun(owners: Mapping[str, str]) -> Lead:
            follower = self.follower_as_far_as_read(UUID(owners["follower_id"]))
            with context.at(LONG_AGO):
                lead = Lead.capture(
                    lead_id=lead_id,
                    creator_id=owners["creator_id"],
                    follower_id=UUID(owners["follower_id"]),
                    platform=Platform.MANUAL if follower is None else follower.platform,
                    platform_user_id="" if follower is None else follower.platform_user_id,
                    details=Details(),
                    status=Status.NEW,
                    source="",
                )
            lead.collect_events()  # they are in the log
            return lead

        return self._as_far_as_read(lead_id, Lead, begun)

    def follower_as_far_as_read(self, follower_id: UUID) -> Follower | None:
        """A follower whatever became of their stream; `None` if nobody has met them."""

        def begun(owners: Mapping[str, str]) -> Follower:
            with context.at(LONG_AGO):
                follower = Follower.meet(
                    follower_id=follower_id,
                    lead_id=UUID(owners["lead_id"]),
                    creator_id=owners["creator_id"],
                    platform=Platform.MANUAL,
                    platform_user_id="",
                )
            follower.collect_events()  # as above
            return follower

        return self._as_far_as_read(follower_id, Follower, begun)

    def people_known_as(self, creator_id: str, given: str) -> list[Follower]:
        """Everybody who has this id on a platform, with the prefix of one or on any; alive or not."""
        platform, raw = parse_id(given)
        ids = [
            Follower.create_id(self.namespace, creator_id, each, raw) for each in ([platform] if platform else Platform)
        ]
        return [follower for each in ids if (follower := self.follower_as_far_as_read(each)) is not None]

    def _as_far_as_read(
        self, stream_id: UUID, kind: type[Stream], begun: Callable[[Mapping[str, str]], Stream]
    ) -> Stream | None:
        try:
            return self._load(stream_id, kind)
        except MapperDeserialisationError:
            if not isinstance(self.repository, Salvaging):
                raise
            salvaged = self.repository.salvaged(stream_id, begun)
            return salvaged if isinstance(salvaged, kind) else None
