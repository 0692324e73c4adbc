"""Notifies by e-mail: hands a plain-text mail to the installation's mail server (SMTP)."""

import asyncio
import re
import ssl
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Final

import email_validator
import httpx
from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from domain.errors import Invalid
from domain.person.email_addresses import checked_address
from processes.notifying.notification import Notification, plain_text
from processes.notifying.notified import Delivered, Notified, Postponed, Refused
from processes.notifying.smtp_server import SmtpServer

WITHIN_SECONDS: Final = 30.0
"""From looking up the name to the server's last word about the mail, in all."""

_GOODBYE_SECONDS: Final = 2.0
_ENHANCED: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?=\s|$)")
"""The status code of RFC 3463 at the beginning of a server's words."""


class EmailOut:
    """Sends notifications by mail, over a connection for each: there are few.

    `trusted` are the authorities whose certificates count. Raises `Invalid` if the sender has no address.
    """

    def __init__(
        self, server: SmtpServer, *, trusted: ssl.SSLContext | None = None, within_seconds: float = WITHIN_SECONDS
    ) -> None:
        name, address = parseaddr(server.sender)
        self._server = server
        self._sender = _spelled(address, name)
        self._tls = None if server.tls == "none" else trusted or httpx.create_ssl_context()
        self._within_seconds = within_seconds

    async def notify(self, address: str, notification: Notification) -> Notified:
        """Send once. Delivered means that the mail server has taken it upon itself."""
        try:
            to = _spelled(address)
        except Invalid:
            return Refused("the address is none of e-mail")
        client = self._client()
        try:
            async with asyncio.timeout(self._within_seconds):
                outcome = await _connected(client) or await self._sent(client, to, notification)
        except TimeoutError:
            return Postponed("the mail server gave no answer in time")
        else:
            with suppress(SMTPException, OSError):
                await client.quit(timeout=_GOODBYE_SECONDS)
            return outcome
        finally:
            client.close()

    def _client(self) -> SMTP:
        server = self._server
        return SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.tls == "tls",
            start_tls=server.tls == "starttls",
            tls_context=self._tls,
            local_hostname=self._sender.domain,  # the library would ask the network for this machine's name
            timeout=self._within_seconds,
        )

    async def _sent(self, client: SMTP, to: Address, notification: Notification) -> Notified:
        mail = self._mail(to, notification)
        try:
            await client.send_message(mail, sender=self._sender.addr_spec, recipients=[to.addr_spec])
        except SMTPRecipientsRefused as refusal:
            return _meaning(refusal.recipients[0])
        except SMTPSenderRefused as refusal:
            return Postponed(f"the mail server does not accept our sender: {_code(refusal)}")
        except SMTPResponseException as refusal:
            return _meaning(refusal)
        except SMTPNotSupported:
            return Refused("the mail server takes no address in letters other than ASCII")
        except TimeoutError:
            raise
        except (SMTPException, OSError):
            return Postponed("the connection to the mail server broke off")
        return Delivered()

    def _mail(self, to: Address, notification: Notification) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self._sender
        mail["To"] = to
        mail["Subject"] = " ".join(notification.title.split())
        mail["Date"] = notification.at
        # The same however often it is tried, so that a mail that came twice is known again.
        mail["Message-ID"] = f"<{notification.notification_id}@{self._sender.domain}>"
        mail["Auto-Submitted"] = "auto-generated"  # no out-of-office replies (RFC 3834)
        mail.set_content(plain_text(notification))
        return mail


def _spelled(address: str, name: str = "") -> Address:
    """The address with its domain in ASCII, as every mail server takes it; raises `Invalid`."""
    checked = email_validator.validate_email(checked_address(address), check_deliverability=False)
    return Address(name, checked.local_part, checked.ascii_domain)


async def _connected(client: SMTP) -> Postponed | None:
    """Nothing that fails before the mail itself is the fault of who gets it: it is postponed until we can."""
    try:
        await client.connect()
    except SMTPAuthenticationError as refusal:
        return Postponed(f"the mail server does not accept our password: {_code(refusal)}")
    except SMTPResponseException as refusal:
        return Postponed(f"the mail server answered {_code(refusal)}")
    except TimeoutError:
        raise
    except OSError as error:
        if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
            return Postponed("the certificate of the mail server is not trusted")
        return Postponed("the mail server cannot be reached")
    except SMTPException:
        return Postponed("the mail server offers no TLS, or no log-in that we know")
    return None


def _meaning(refusal: SMTPResponseException) -> Notified:
    answered = f"the mail server answered {_code(refusal)}"
    return Refused(answered) if 500 <= refusal.code < 600 else Postponed(answered)


def _code(refusal: SMTPResponseException) -> str:
    """The numbers alone: a server's words often quote the address."""
    enhanced = _ENHANCED.match(refusal.message)
    return f"SMTP {refusal.code} {enhanced[0]}" if enhanced else f"SMTP {refusal.code}"
