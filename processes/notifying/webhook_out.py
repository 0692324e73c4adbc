"""Notifies by a webhook: posts JSON to an address of the creator's, signed as Standard Webhooks says."""

import base64
import json
import re
import secrets
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit
from uuid import UUID

import aiohttp
import httpx
from standardwebhooks import Webhook

from processes.notifying.notification import Notification
from processes.notifying.notified import Delivered, Notified, Postponed, Refused
from processes.notifying.public_address import NotPublic, public_socket

WITHIN_SECONDS: Final = 10.0
"""From looking up the name to the first line of the answer, in all."""

_GONE: Final = 410
_PASSING: Final = frozenset({408, 425, 429})
"""The refusals that mean *not now* (RFC 9110, 8470 and 6585); all others of 4xx mean *not so*."""

_LONGEST_WAIT: Final = timedelta(days=1)
_UNREADABLE: Final = "the address cannot be read"


@dataclass(frozen=True)
class WebhookTarget:
    """Where a creator wants to be told, and the secret (`new_secret`) by which they know that it is us.

    Neither is shown: an address often is a secret itself.
    """

    url: str = field(repr=False)
    secret: str = field(repr=False)


def new_secret() -> str:
    """A secret for one address, in the spelling of Standard Webhooks: 32 random bytes."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


def what_is_wrong(url: str, *, private: bool = False) -> str | None:
    """Why nothing may be posted to an address, as far as its spelling tells; None if it may."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return _UNREADABLE
    if re.search(r"\s", url):
        return _UNREADABLE
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        return "the address does not begin with https://"
    if not parts.hostname:
        return "the address names no host"
    if parts.username is not None or parts.password is not None:
        return "the address contains a name or a password"
    return None


class WebhookOut:
    """Posts notifications; whoever opens it closes it.

    It connects to public addresses by https, and goes through no proxy of the environment, which would look up the
    name for itself; with `private` anywhere, by http as well. `trusted` are the authorities whose certificates count.
    """

    def __init__(
        self, *, private: bool = False, trusted: ssl.SSLContext | None = None, within_seconds: float = WITHIN_SECONDS
    ) -> None:
        self._private = private
        self._trusted = trusted or httpx.create_ssl_context()
        self._within = aiohttp.ClientTimeout(total=within_seconds)

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            limit=0,
            ssl=self._trusted,
            force_close=True,
            use_dns_cache=False,
            socket_factory=None if self._private else public_socket,
        )
        self._session = aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), timeout=self._within
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._session.close()

    async def notify(self, target: WebhookTarget, notification: Notification) -> Notified:
        """Post once; of the answer only the status counts, and its body is not read."""
        if (wrong := what_is_wrong(target.url, private=self._private)) is not None:
            return Refused(wrong)
        body = _payload(notification)
        headers = _headers(target.secret, str(notification.notification_id), body)
        try:
            async with self._session.post(target.url, data=body, headers=headers, allow_redirects=False) as answer:
                return _meaning(answer.status, answer.headers.get("Retry-After"))
        except UnicodeError:  # of the look-up, for a name that no host can have
            return Refused(_UNREADABLE)
        except (aiohttp.ClientError, TimeoutError) as error:
            return _failure(error)


def _payload(notification: Notification) -> str:
    """The body, with the fields that Standard Webhooks recommends."""
    data = {
        "notification_id": str(notification.notification_id),
        "creator_id": notification.creator_id,
        "lead_id": _written(notification.lead_id),
        "follower_id": _written(notification.follower_id),
        "title": notification.title,
        "text": notification.text,
        "url": notification.url,
    }
    told = {"type": f"notification.{notification.kind}", "timestamp": notification.at.isoformat(), "data": data}
    return json.dumps(told, separators=(",", ":"))


def _written(about: UUID | None) -> str | None:
    return None if about is None else str(about)


def _headers(secret: str, message_id: str, body: str) -> dict[str, str]:
    # The machine's time: a receiver refuses what is five minutes off, and knows nothing of the clock of a demo.
    now = datetime.now(UTC)
    return {
        "Content-Type": "application/json",
        "User-Agent": "Clonnect",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, now, body),
    }


def _meaning(status: int, retry_after: str | None) -> Notified:
    answered = f"it answered HTTP {status}"
    if 200 <= status < 300:
        return Delivered()
    if status >= 500 or status in _PASSING:
        return Postponed(answered, _wait(retry_after))
    return Refused(answered, gone=status == _GONE)


def _wait(retry_after: str | None) -> timedelta | None:
    """What a Retry-After asks for, seconds or a date (RFC 9110, 10.2.3), a day at most; None if it is neither."""
    given = (retry_after or "").strip()
    try:
        wait = timedelta(seconds=int(given[:9])) if given.isascii() and given.isdigit() else _until(given)
    except ValueError:
        return None
    return min(max(wait, timedelta(0)), _LONGEST_WAIT)


def _until(date: str) -> timedelta:
    moment = parsedate_to_datetime(date)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - datetime.now(UTC)


def _failure(error: aiohttp.ClientError | TimeoutError) -> Notified:
    """No word of the errors themselves, which name the address."""
    match error:
        case aiohttp.InvalidURL():
            return Refused(_UNREADABLE)
        case aiohttp.ClientConnectorError(os_error=NotPublic()):
            return Refused("the address is not public")
        case aiohttp.ClientConnectorDNSError():
            return Postponed("the name of the host is not known")
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError():
            return Postponed("its certificate is not trusted")
        case aiohttp.ClientConnectorError():
            return Postponed("it cannot be reached")
        case TimeoutError():
            return Postponed("it gave no answer in time")
        case _:
            return Postponed("the connection broke off")
