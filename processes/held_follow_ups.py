"""Process manager that releases what was held because the bot was off, as soon as it is on again."""

from domain.application import Clonnect
from domain.creator import Creator
from domain.errors import NotDue
from domain.vocabulary import Mode
from eventstore.log import Recorded
from eventstore.writer import Writer
from processes.process import Process, caused_by, reacts_to
from projections.engine.progress import Progress
from projections.nurturing import Nurturing

PATIENCE = 30.0


class Releases(Process):
    """The bot is on → held follow-ups are due again."""

    name = "releases"

    def __init__(self, writer: Writer[Clonnect], nurturing: Nurturing, progress: Progress) -> None:
        super().__init__()
        self._writer = writer
        self._nurturing = nurturing
        self._progress = progress

    @reacts_to(Creator.ModeChanged, when=lambda event: event.mode is not Mode.OFF)
    async def mode_changed(self, event: Creator.ModeChanged, recorded: Recorded) -> None:
        if not await self._progress.wait_until(recorded.position, PATIENCE):
            raise TimeoutError("the projections are too far behind to say what is held")
        for row in await self._nurturing.held(recorded.metadata["creator_id"], "sending_off"):
            with caused_by(recorded):
                try:
                    await self._writer.do(
                        Clonnect.release_follow_up, row["follower_id"], row["follow_up_id"], "sending_on"
                    )
                except NotDue:
                    continue
