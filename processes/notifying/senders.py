"""Tells one of a creator's addresses of a notification, by the sender of its kind."""

from cryptography.exceptions import InvalidTag

from processes.channel_accounts import Connections
from processes.channels.base import ChannelName
from processes.notifying.email_out import EmailOut
from processes.notifying.notification import Notification
from processes.notifying.notified import Delivered, Notified, Postponed, Refused
from processes.notifying.targets import NotificationTarget, NotificationTargets, TargetKind
from processes.notifying.telegram_out import TelegramOut
from processes.notifying.webhook_out import WebhookOut, WebhookTarget


class Senders:
    """The ways of an installation to tell somebody; without a mail server there is no e-mail."""

    def __init__(
        self,
        targets: NotificationTargets,
        webhook: WebhookOut,
        email: EmailOut | None,
        telegram: TelegramOut,
        connections: Connections,
    ) -> None:
        self.targets = targets
        self._webhook = webhook
        self._email = email
        self._telegram = telegram
        self._connections = connections

    @property
    def has_mail_server(self) -> bool:
        return self._email is not None

    async def notify(self, target: NotificationTarget, notification: Notification) -> Notified:
        """Send once, and note at the address what came of it."""
        outcome = await self._sent(target, notification)
        match outcome:
            case Delivered():
                await self.targets.works(target)
            case Refused(reason, gone):
                await self.targets.fails(target, reason, gone=gone)
            case Postponed(reason):
                await self.targets.fails(target, reason)
        return outcome

    async def _sent(self, target: NotificationTarget, notification: Notification) -> Notified:
        match target.kind:
            case TargetKind.WEBHOOK:
                if target.secret is None:
                    return Refused("its secret cannot be read: give the address again")
                return await self._webhook.notify(WebhookTarget(target.address, target.secret), notification)
            case TargetKind.EMAIL:
                if self._email is None:
                    return Refused("this installation has no mail server")
                return await self._email.notify(target.address, notification)
            case TargetKind.TELEGRAM:
                return await self._by_bot(target, notification)

    async def _by_bot(self, target: NotificationTarget, notification: Notification) -> Notified:
        try:
            bot = await self._connections.of_creator(ChannelName.TELEGRAM, target.creator_id)
        except InvalidTag:
            return Refused("the token of the bot cannot be read: connect it again")
        if bot is None:
            return Refused("no Telegram bot is connected")
        return await self._telegram.notify(bot.account, target.address, notification)
