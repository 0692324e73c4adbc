"""Modes of the bot: what it may do for a creator, and in one conversation."""

from domain.creator import Creator
from domain.follower.follower import Follower
from domain.vocabulary import Mode


def mode_for(follower: Follower, creator: Creator) -> Mode:
    """What the bot may do here: what was said of this conversation, unless the creator has switched the bot off."""
    return Mode.OFF if creator.mode is Mode.OFF else follower.mode or creator.mode
