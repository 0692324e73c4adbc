"""Commands about a creator: signing up, settings, the bot, products, channels, sequences."""

from collections.abc import Mapping
from collections.abc import Sequence as Several
from dataclasses import replace
from typing import Any
from uuid import UUID

from domain.beside_log import SideStatement
from domain.creator import Creator, CreatorSettings, Product
from domain.errors import Conflict, NotFound
from domain.nurturing.default_steps import SHIPPED
from domain.nurturing.sequence import Sequence
from domain.nurturing.steps import Step
from domain.streams import Streams
from domain.vocabulary import Mode, Platform, SequenceType


class CreatorCommands(Streams):
    """What a creator, or who runs the installation, may tell the system."""

    def sign_up_creator(self, creator_id: str, email: str | None, settings: CreatorSettings) -> UUID:
        """Make a creator with the eight shipped sequences, all off; the bot proposes answers and sends none."""
        stream_id = Creator.create_id(self.namespace, creator_id)
        try:
            self.creator(creator_id)
        except NotFound:
            creator = Creator.sign_up(self.namespace, creator_id, email, settings)
            sequences = [Sequence.define(stream_id, creator_id, kind, SHIPPED[kind]) for kind in SequenceType]
            self.save_streams(creator, *sequences)
            return stream_id
        raise Conflict(f"There is a creator named {creator_id} already.")

    def change_settings(self, creator_id: str, changes: Mapping[str, Any], mode: Mode | None) -> Creator:
        """Take over the given fields of `Settings` and, if one is given, the mode, all or nothing."""
        creator = self.creator(creator_id)
        creator.change_settings(replace(creator.settings, **changes))
        if mode is not None:
            creator.change_mode(mode)
        self.save_streams(creator)
        return creator

    def configure(self, creator_id: str, changes: Mapping[str, str | None], is_on: bool | None) -> Creator:
        """Take over the given fields of `Config` and, if it is said, whether the bot is on, all or nothing."""
        creator = self.creator(creator_id)
        creator.configure(changes)
        if is_on is not None:
            creator.switch_bot(is_on)
        self.save_streams(creator)
        return creator

    def change_mode(self, creator_id: str, mode: Mode, reason: str | None = None) -> Creator:
        """Say what the bot may do."""
        creator = self.creator(creator_id)
        creator.change_mode(mode, reason)
        self.save_streams(creator)
        return creator

    def switch_bot(self, creator_id: str, is_on: bool | None, reason: str | None = None) -> Creator:
        """Silence the bot, or let it go on in the mode that it had; without a wish, to the other side."""
        creator = self.creator(creator_id)
        creator.switch_bot(is_on, reason)
        self.save_streams(creator)
        return creator

    def add_product(self, creator_id: str, product: Product) -> Creator:
        creator = self.creator(creator_id)
        creator.add_product(product)
        self.save_streams(creator)
        return creator

    def change_product(self, creator_id: str, product_id: UUID, changes: Mapping[str, Any]) -> Creator:
        """Take over the given fields of `Product`; raises `NotFound`."""
        creator = self.creator(creator_id)
        creator.change_product(product_id, changes)
        self.save_streams(creator)
        return creator

    def remove_product(self, creator_id: str, product_id: UUID) -> Creator:
        creator = self.creator(creator_id)
        creator.remove_product(product_id)
        self.save_streams(creator)
        return creator

    def connect_channel(
        self, creator_id: str, channel: Platform, account_id: str, *, in_transaction: SideStatement | None
    ) -> Creator:
        """Say which account speaks for the creator; the secrets go beside the event, never into it."""
        creator = self.creator(creator_id)
        creator.connect_channel(channel, account_id, anew=in_transaction is not None)
        self.save_streams(creator, in_transaction=[in_transaction] if in_transaction else ())
        return creator

    def disconnect_channel(
        self, creator_id: str, channel: Platform, account_id: str, *, in_transaction: Several[SideStatement]
    ) -> Creator:
        """Nobody speaks for the creator on a channel any more; `in_transaction` forgets secrets. Raises `NotFound`."""
        creator = self.creator(creator_id)
        creator.disconnect_channel(channel, account_id)
        self.save_streams(creator, in_transaction=in_transaction)
        return creator

    def switch_sequence(self, creator_id: str, sequence_type: SequenceType, is_active: bool | None) -> Sequence:
        """Switch a sequence on or off; without a wish, to the other side."""
        sequence = self.sequence(creator_id, sequence_type)
        sequence.switch(not sequence.is_active if is_active is None else is_active)
        self.save_streams(sequence)
        return sequence

    def change_steps(self, creator_id: str, sequence_type: SequenceType, steps: tuple[Step, ...]) -> Sequence:
        """Publish new steps for whoever is enrolled from now on."""
        sequence = self.sequence(creator_id, sequence_type)
        sequence.change_steps(steps)
        self.save_streams(sequence)
        return sequence
