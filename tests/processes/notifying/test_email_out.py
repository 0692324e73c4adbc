"""A creator is told by e-mail: what the mail says, what becomes of it, and whose fault it is when nothing does."""

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from processes.notifying.email_out import EmailOut
from processes.notifying.notified import Delivered, Notified, Postponed, Refused
from processes.notifying.smtp_server import SmtpServer
from tests.platforms.certificates import self_signed, trusting
from tests.platforms.smtp_server import HANG_UP, PASSWORD, USER, PlayedMailServer
from tests.processes.notifying.notices import WAITING

SENDER = "Clonnect <no-reply@example.com>"


@pytest.fixture
def played() -> Iterator[PlayedMailServer]:
    with PlayedMailServer() as played:
        yield played


def spoken_to(played: PlayedMailServer) -> SmtpServer:
    return SmtpServer(host="127.0.0.1", port=played.port, tls=played.mode, sender=SENDER)


async def tell(played: PlayedMailServer, to: str = "lucia@example.com") -> Notified:
    return await EmailOut(spoken_to(played)).notify(to, WAITING)


async def test_the_mail_says_who_waits_and_where_to_go_on(played: PlayedMailServer) -> None:
    assert await tell(played) == Delivered()
    (mail,) = played.mails
    assert (mail.sender, mail.recipients) == ("no-reply@example.com", ("lucia@example.com",))
    assert mail.message["From"] == SENDER
    assert mail.message["To"] == "lucia@example.com"
    assert mail.message["Subject"] == WAITING.title
    assert mail.message["Date"].datetime == WAITING.at
    assert mail.message.get_content_type() == "text/plain"
    said = mail.message.get_content().replace("\r\n", "\n")
    assert said == f"{WAITING.text}\n\n{WAITING.url}\n"


async def test_no_machine_answers_the_mail(played: PlayedMailServer) -> None:
    await tell(played)
    assert played.mails[0].message["Auto-Submitted"] == "auto-generated"


async def test_a_mail_that_comes_twice_is_known_again(played: PlayedMailServer) -> None:
    await tell(played)
    await tell(played)
    ids = [mail.message["Message-ID"] for mail in played.mails]
    assert ids == [f"<{WAITING.notification_id}@example.com>"] * 2


async def test_a_server_that_takes_nothing_but_ascii_gets_nothing_else(played: PlayedMailServer) -> None:
    played.extensions.clear()
    assert await tell(played) == Delivered()
    assert "¿Hay alguien ahí?" in played.mails[0].message.get_content()
    assert played.mails[0].message["Subject"] == WAITING.title


async def test_a_title_is_one_line_and_no_other_header(played: PlayedMailServer) -> None:
    odd = replace(WAITING, title="Inés\r\nBcc: eve@example.com")
    assert await EmailOut(spoken_to(played)).notify("lucia@example.com", odd) == Delivered()
    assert played.mails[0].message["Bcc"] is None
    assert played.mails[0].message["Subject"] == "Inés Bcc: eve@example.com"


async def test_a_domain_in_other_letters_is_written_as_every_server_takes_it(played: PlayedMailServer) -> None:
    assert await tell(played, "lucia@señal.example.com") == Delivered()
    assert played.mails[0].recipients == ("lucia@xn--seal-hqa.example.com",)


@pytest.mark.parametrize("address", ["", "lucia", "a@example.com, b@example.com", "a@example.com\r\nRCPT TO:<b@c.de>"])
async def test_what_is_no_address_is_refused_before_anything_is_said(played: PlayedMailServer, address: str) -> None:
    assert await tell(played, address) == Refused("the address is none of e-mail")
    assert played.commands == []


async def test_a_name_in_other_letters_is_refused_where_the_server_takes_none(played: PlayedMailServer) -> None:
    outcome = await tell(played, "lucía@example.com")
    assert outcome == Refused("the mail server takes no address in letters other than ASCII")


@pytest.mark.parametrize(
    ("command", "answer", "outcome"),
    [
        ("RCPT", "550 5.1.1 <lucia@example.com> unknown", Refused("the mail server answered SMTP 550 5.1.1")),
        ("RCPT", "550 <lucia@example.com> unknown", Refused("the mail server answered SMTP 550")),
        ("RCPT", "450 4.2.1 greylisted", Postponed("the mail server answered SMTP 450 4.2.1")),
        ("MAIL", "421 4.7.0 too busy", Postponed("the mail server does not accept our sender: SMTP 421 4.7.0")),
        ("MAIL", "550 5.7.1 who?", Postponed("the mail server does not accept our sender: SMTP 550 5.7.1")),
        ("DATA", "452 4.3.1 no room", Postponed("the mail server answered SMTP 452 4.3.1")),
        (".", "554 5.7.1 spam", Refused("the mail server answered SMTP 554 5.7.1")),
        (".", "451 4.3.0 later", Postponed("the mail server answered SMTP 451 4.3.0")),
        (".", HANG_UP, Postponed("the connection to the mail server broke off")),
        ("CONNECT", "554 no", Postponed("the mail server answered SMTP 554")),
        ("CONNECT", HANG_UP, Postponed("the mail server cannot be reached")),
    ],
)
async def test_the_server_says_whether_it_may_be_tried_again(
    played: PlayedMailServer, command: str, answer: str, outcome: Notified
) -> None:
    played.answers[command] = answer
    assert await tell(played) == outcome
    assert played.mails == []


async def test_what_was_taken_stays_so_however_the_server_says_goodbye(played: PlayedMailServer) -> None:
    played.answers["QUIT"] = HANG_UP
    assert await tell(played) == Delivered()


@pytest.mark.parametrize("command", ["CONNECT", "EHLO", "RCPT", "."])
async def test_a_server_that_does_not_answer_in_time_is_tried_later(played: PlayedMailServer, command: str) -> None:
    played.hold.add(command)
    outcome = await EmailOut(spoken_to(played), within_seconds=0.1).notify("lucia@example.com", WAITING)
    assert outcome == Postponed("the mail server gave no answer in time")


async def test_where_no_server_is_it_is_tried_later() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        server = SmtpServer(host="127.0.0.1", port=silent.getsockname()[1], tls="none", sender=SENDER)
        outcome = await EmailOut(server).notify("lucia@example.com", WAITING)
        assert outcome == Postponed("the mail server cannot be reached")


@pytest.mark.parametrize("mode", ["starttls", "tls"])
async def test_who_logs_in_does_so_over_tls(tmp_path: Path, mode: str) -> None:
    with PlayedMailServer("tls" if mode == "tls" else "starttls", self_signed(tmp_path)) as played:
        server = replace(spoken_to(played), user=USER, password=PASSWORD)
        assert await EmailOut(server, trusted=trusting(tmp_path)).notify("lucia@example.com", WAITING) == Delivered()
        assert (played.mails[0].tls, played.mails[0].user) == (True, USER)


async def test_a_wrong_password_is_our_fault_and_tried_later(tmp_path: Path) -> None:
    with PlayedMailServer("starttls", self_signed(tmp_path)) as played:
        server = replace(spoken_to(played), user=USER, password="wrong")
        outcome = await EmailOut(server, trusted=trusting(tmp_path)).notify("lucia@example.com", WAITING)
        assert outcome == Postponed("the mail server does not accept our password: SMTP 535 5.7.8")


@pytest.mark.parametrize("mode", ["starttls", "tls"])
async def test_a_server_whose_certificate_nobody_trusts_is_told_nothing(tmp_path: Path, mode: str) -> None:
    with PlayedMailServer("tls" if mode == "tls" else "starttls", self_signed(tmp_path)) as played:
        assert await tell(played) == Postponed("the certificate of the mail server is not trusted")
        assert "MAIL" not in played.commands


async def test_without_the_tls_that_was_asked_for_nothing_is_sent(played: PlayedMailServer) -> None:
    server = replace(spoken_to(played), tls="starttls")
    outcome = await EmailOut(server).notify("lucia@example.com", WAITING)
    assert outcome == Postponed("the mail server offers no TLS, or no log-in that we know")
    assert "MAIL" not in played.commands


async def test_several_are_told_at_the_same_time(played: PlayedMailServer) -> None:
    email = EmailOut(spoken_to(played))
    outcomes = await asyncio.gather(*(email.notify(f"lucia{number}@example.com", WAITING) for number in range(5)))
    assert outcomes == [Delivered()] * 5
    assert len(played.mails) == 5


def test_the_password_is_not_shown() -> None:
    assert PASSWORD not in repr(SmtpServer(host="h", port=25, tls="none", password=PASSWORD, sender=SENDER))
