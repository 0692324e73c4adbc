"""Clonnect: every command that anybody may give, one method each."""

from domain.commands.access import AccessCommands
from domain.commands.creators import CreatorCommands
from domain.commands.erasure import ErasureCommands
from domain.commands.sends import SendCommands


class Clonnect(CreatorCommands, SendCommands, ErasureCommands, AccessCommands):
    """Load, tell, save. Commands run one at a time inside `domain.context.acting(...)`."""

    name = "clonnect"
