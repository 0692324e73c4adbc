"""The application: every command that anybody may give, one method each."""

from domain.commands.access import AccessCommands
from domain.commands.conversations import ConversationCommands
from domain.commands.creators import CreatorCommands
from domain.commands.enrolments import EnrolmentCommands
from domain.commands.erasure import ErasureCommands
from domain.commands.follow_ups import FollowUpCommands
from domain.commands.generation import GenerationCommands
from domain.commands.imports import ImportCommands
from domain.commands.leads import LeadCommands
from domain.commands.notifications import NotificationCommands
from domain.commands.sends import SendCommands


class Clonnect(
    CreatorCommands,
    AccessCommands,
    LeadCommands,
    ImportCommands,
    ConversationCommands,
    GenerationCommands,
    EnrolmentCommands,
    FollowUpCommands,
    SendCommands,
    NotificationCommands,
    ErasureCommands,
):
    """Load, tell, save. Commands run one at a time inside `domain.context.acting(...)`."""

    name = "clonnect"
