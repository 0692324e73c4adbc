"""Notifies in a Telegram chat: the creator's own bot writes to whom the creator named."""

from processes.channels.base import Accepted, Account, Channel, Content, ErrorClass, Rejected, Uncertain
from processes.notifying.notification import Notification, plain_text
from processes.notifying.notified import Delivered, Notified, Postponed, Refused


class TelegramOut:
    """Sends notifications over a channel that is open already."""

    def __init__(self, telegram: Channel) -> None:
        self._telegram = telegram

    async def notify(self, account: Account, chat_id: str, notification: Notification) -> Notified:
        """Send once, by the bot of `account`, to a chat in which the bot may write."""
        content = Content(f"{notification.title}\n\n{plain_text(notification)}")
        match await self._telegram.send(account, chat_id, content, notification.notification_id):
            case Accepted():
                return Delivered()
            case Rejected() as rejected:
                return _meaning(rejected)
            case Uncertain():
                # Unlike a message to a follower it is tried again: twice told is better than not at all.
                return Postponed("nobody knows whether it arrived")


def _meaning(rejected: Rejected) -> Notified:
    answered = "the bot cannot write there" if rejected.code is None else f"Telegram answered {rejected.code}"
    match rejected.error_class:
        case ErrorClass.DEFER | ErrorClass.NOT_SENT | ErrorClass.CHANNEL_DOWN | ErrorClass.CONFIG:
            # The last two are the bot's trouble, which its owner is told of and can end within the day.
            return Postponed(answered, rejected.retry_after)
        case error_class:
            return Refused(answered, gone=error_class in (ErrorClass.SUPPRESS, ErrorClass.READDRESS))
