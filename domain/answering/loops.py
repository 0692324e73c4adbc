"""Loops: conversations in which another machine seems to answer ours."""

from domain.answering.echoes import is_echo, looks_like_loop
from domain.follower.follower import Follower


def is_loop(follower: Follower) -> bool:
    """Whether they answer at once, again and again, or with our own words."""
    text = follower.understood.text if follower.understood else ""
    return looks_like_loop(follower.rounds) or is_echo(text, follower.said_lately)
