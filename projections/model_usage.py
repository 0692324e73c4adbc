"""Read model of language model usage: how many calls and tokens has each creator had on a day (UTC)?"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar

from domain.follower.follower import Follower
from eventstore.log import Recorded
from projections.engine.projection import Projection, Tables, handles


class ModelUsage(Projection):
    """One row of counters for each creator and day."""

    name = "model_usage"
    tables: ClassVar[Mapping[str, tuple[str, ...]]] = {"model_days": ("creator_id", "day")}
    schema = """
        CREATE TABLE {model_days} (
            creator_id text, day date, calls bigint NOT NULL, tokens bigint NOT NULL, PRIMARY KEY (creator_id, day));
    """

    @handles(Follower.ModelCalled)
    def model_called(self, event: Follower.ModelCalled, tables: Tables, recorded: Recorded) -> None:
        day = event.timestamp.astimezone(UTC).date()
        tokens = event.prompt_tokens + event.completion_tokens
        tables["model_days"].count(recorded.metadata["creator_id"], day, calls=1, tokens=tokens)

    async def on_day_of(self, creator_id: str, now: datetime) -> tuple[int, int]:
        """Calls and tokens of a creator on the day of `now`."""
        row = await self.select_one(
            "SELECT calls, tokens FROM {model_days} WHERE creator_id = %(creator_id)s AND day = %(day)s",
            creator_id=creator_id,
            day=now.astimezone(UTC).date(),
        )
        return (int(row["calls"]), int(row["tokens"])) if row else (0, 0)
