"""Clonnect: every command that anybody may give, one method each."""

from domain.commands.access import AccessCommands
from domain.commands.bulk import BulkCommands
from domain.commands.creators import CreatorCommands
from domain.commands.erasure import ErasureCommands
from domain.commands.imports import ImportCommands
from domain.commands.sends import SendCommands


class Clonnect(CreatorCommands, SendCommands, ErasureCommands, ImportCommands, BulkCommands, AccessCommands):
    """Load, tell, save. Commands run one at a time inside `domain.context.acting(...)`."""

    name = "clonnect"
