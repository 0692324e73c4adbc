"""Commands about an erasure: asked for, and carried out."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import count
from uuid import UUID

from domain import context
from domain.beside_log import SideStatement
from domain.errors import Conflict, NotFound
from domain.follower import lives
from domain.follower.follower import Follower
from domain.lead import Lead
from domain.unreadable_streams import Salvage


class ErasureCommands(Salvage):
    """What a person may demand: that everything personal of them is gone."""

    def request_erasure(self, creator_id: str, given: str) -> list[UUID]:
        """End the person's life here, and mark every life they had; answers the leads that wait to be erased.

        `given` is as in `lead_known_as`, and finds deleted leads too. Raises `NotFound`, and `Conflict` when the
        person is not told apart from another.
        """
        follower = self._person_known_as(creator_id, given)
        leads = list(self._lives_of(follower))
        if all(lead.erasure for lead in leads):
            return [lead.id for lead in leads if lead.erasure == "requested"]
        for lead in leads:
            if not lead.is_deleted:
                lead.delete()
            lead.request_erasure()
        if follower.is_alive:
            lives.end_life(follower, context.now(), "erased")
        lives.be_forgotten(follower)
        waiting = [lead.id for lead in leads if lead.erasure == "requested"]
        queueing = [each for lead_id in waiting for each in self.beside_log.queue_erasure(lead_id, creator_id)]
        self.save_streams(*leads, follower, in_transaction=queueing)
        return waiting

    def _lives_of(self, follower: Follower) -> Iterator[Lead]:
        """Every life, also one of whose beginning the follower's stream cannot be read."""
        for life in count(1):
            if (lead := self.lead_as_far_as_read(Lead.create_id(follower.id, life))) is None:
                return
            yield lead

    def record_erased(
        self, lead_id: UUID, counts: Mapping[str, int], *, in_transaction: Sequence[SideStatement]
    ) -> bool:
        """Record that a life is erased; `in_transaction` erases it with the same commit. `False`: it was."""
        lead = self.any_lead(lead_id)
        if not lead.record_erased(counts):
            return False
        self.save_streams(lead, in_transaction=in_transaction)
        return True

    def any_lead(self, lead_id: UUID) -> Lead:
        """A lead whatever became of it, as far as it can be read; raises `NotFound` if there never was one."""
        lead = self.lead_as_far_as_read(lead_id)
        if lead is None:
            raise NotFound("There is no such lead.")
        return lead

    def _person_known_as(self, creator_id: str, given: str) -> Follower:
        with suppress(ValueError):
            lead = self.lead_as_far_as_read(UUID(given))
            if lead is not None and lead.creator_id == creator_id:
                follower = self.follower_as_far_as_read(lead.follower_id)
                if follower is not None:
                    return follower
        known = self.people_known_as(creator_id, given)
        if len(known) > 1:
            raise Conflict("More than one person has this id: say which with its prefix, such as `ig_`.")
        if not known:
            raise NotFound("There is no such person.")
        return known[0]
