"""The main job as a newcomer sees it: from a direct message to a follow-up, in a real browser."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.demo import demo

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
PATIENCE = 15_000
OBJECTION = "Hola, ¿cuánto cuesta el curso? me parece caro"


@pytest.fixture(scope="session")
def demo_link() -> Iterator[str]:
    """The link of a fresh demo that all tests of the run share."""
    data_dir = Path(tempfile.mkdtemp(prefix="clonnect-demo-"))
    data_dir.chmod(0o755)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with demo(data_dir, dict(os.environ)) as link:
        yield link
    shutil.rmtree(data_dir, ignore_errors=True)


@pytest.fixture
def logged_in(page: Page, demo_link: str) -> Page:
    """A page behind the printed link."""
    page.set_default_timeout(PATIENCE)
    page.goto(demo_link)
    expect(page.get_by_role("navigation").first).to_be_visible(timeout=PATIENCE)
    return page


def take_the_phone_of_somebody_new(page: Page, name: str, channel: str) -> Locator:
    page.get_by_role("link", name="Simulator").first.click()
    page.get_by_role("button", name="New follower").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Channel").select_option(channel)
    dialog.get_by_role("button", name="Take their phone").click()
    return page.get_by_role("region", name=f"Phone of {name}")


def said(phone: Locator, text: str) -> Locator:
    return phone.get_by_role("log").get_by_text(text)


def write(phone: Locator, text: str) -> None:
    phone.get_by_label("Write as the follower").fill(text)
    phone.get_by_role("button", name="Send").click()
    expect(said(phone, text)).to_be_visible(timeout=PATIENCE)


def follow_ups(page: Page) -> Locator:
    return page.get_by_role("region", name="Follow-ups")


def planned(page: Page) -> Locator:
    return follow_ups(page).get_by_role("list", name="Planned").get_by_role("listitem")


def past(page: Page) -> Locator:
    return follow_ups(page).get_by_role("list", name="What became of the others").get_by_role("listitem")


def test_a_price_objection_is_answered_followed_up_once_and_a_reply_ends_the_sequence(logged_in: Page) -> None:
    page = logged_in
    phone = take_the_phone_of_somebody_new(page, "Marta Prueba", "telegram")
    write(phone, OBJECTION)

    expect(said(phone, "97 €")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("region", name="On the board").get_by_text("Active")).to_be_visible(timeout=PATIENCE)
    expect(planned(page)).to_have_count(2, timeout=PATIENCE)
    expect(planned(page).first).to_contain_text("Price")
    page.screenshot(path=SCREENSHOTS / "1-answered.png")

    page.get_by_role("button", name="To the next follow-up").click()
    expect(past(page)).to_have_count(1, timeout=PATIENCE)
    expect(past(page).first).to_contain_text("Sent")
    expect(planned(page)).to_have_count(1)
    first_step = said(phone, "Entiendo que el precio se piensa")
    expect(first_step).to_have_count(1)
    page.screenshot(path=SCREENSHOTS / "2-followed-up.png")

    write(phone, "gracias, lo voy a pensar con calma")
    expect(past(page).filter(has_text="Cancelled")).to_have_count(1, timeout=PATIENCE)
    page.screenshot(path=SCREENSHOTS / "3-reply-ended-it.png")

    page.get_by_role("button", name="+2 days").click()
    expect(page.get_by_role("status", name="Time passes")).to_have_count(0, timeout=2 * PATIENCE)
    expect(first_step).to_have_count(1)

    page.get_by_role("link", name="Leads").first.click()
    page.get_by_role("searchbox", name="Search leads").fill("Marta Prueba")
    card = page.get_by_role("listitem").filter(has_text="Marta Prueba")
    expect(card).to_have_count(1, timeout=PATIENCE)
    active = page.get_by_role("region", name="Active")
    expect(active.get_by_text("Marta Prueba")).to_be_visible()
    expect(active.get_by_text("1 of")).to_be_visible(timeout=PATIENCE)
    page.screenshot(path=SCREENSHOTS / "4-board-filtered.png")


def test_moving_the_clock_two_days_lets_both_steps_arrive_each_once(logged_in: Page) -> None:
    page = logged_in
    phone = take_the_phone_of_somebody_new(page, "Lucía Prueba", "whatsapp")
    write(phone, OBJECTION)
    expect(planned(page)).to_have_count(2, timeout=PATIENCE)

    page.get_by_role("button", name="+2 days").click()
    expect(past(page).filter(has_text="Sent")).to_have_count(2, timeout=2 * PATIENCE)
    expect(planned(page)).to_have_count(0)
    expect(said(phone, "Entiendo que el precio se piensa")).to_have_count(1)
    expect(said(phone, "le di una vuelta a lo del precio")).to_have_count(1)
    page.screenshot(path=SCREENSHOTS / "5-both-steps.png")


def test_a_card_is_moved_by_keyboard_and_stays_where_it_was_put(logged_in: Page) -> None:
    page = logged_in
    page.get_by_role("link", name="Leads").first.click()
    card = page.get_by_role("region", name="New").get_by_role("listitem").first
    expect(card).to_be_visible(timeout=PATIENCE)
    page.screenshot(path=SCREENSHOTS / "6-board.png")
    name = (card.get_by_role("button").first.get_attribute("aria-label") or "").partition(",")[0]
    card.get_by_role("button").first.focus()
    page.keyboard.press("]")
    expect(page.get_by_role("region", name="Active").get_by_text(name, exact=True)).to_be_visible(timeout=PATIENCE)
    page.reload()
    expect(page.get_by_role("region", name="Active").get_by_text(name, exact=True)).to_be_visible(timeout=PATIENCE)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_board_and_simulator_fit_a_phone_and_a_wide_screen(browser: Browser, demo_link: str, scheme: str) -> None:
    for width, height in ((1440, 900), (390, 844)):
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="en-GB",
            timezone_id="Europe/Madrid",
            color_scheme="dark" if scheme == "dark" else "light",
        )
        page = context.new_page()
        page.goto(demo_link)
        expect(page.get_by_role("heading", name="Leads", level=1)).to_be_visible(timeout=PATIENCE)
        for place in ("leads", "simulator"):
            page.goto(f"{demo_link.partition('#')[0]}/{place}")
            expect(page.get_by_role("listitem").filter(visible=True).first).to_be_visible(timeout=PATIENCE)
            page.screenshot(path=SCREENSHOTS / f"{place}-{width}-{scheme}.png")
            overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert overflow == 0, f"/{place} is wider than {width} pixels"
        context.close()
