"""Clonnect: every command that anybody may give, one method each."""

from domain.commands.creators import CreatorCommands
from domain.commands.sends import SendCommands


class Clonnect(CreatorCommands, SendCommands):
    """Load, tell, save. Commands run one at a time inside `domain.context.acting(...)`."""

    name = "clonnect"
