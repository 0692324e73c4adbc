"""The page of the API as a browser shows it, under the policy that it is sent with."""

import pytest
from playwright.sync_api import Browser, expect

from api.app import openapi
from api.openapi import docs_page
from tests.browser.test_main_job import SCREENSHOTS

ADDRESS = "http://clonnect.test/docs"
HEADERS = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": docs_page.POLICY}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_an_operation_is_found_and_opened_on_any_screen(browser: Browser, width: int, height: int, scheme: str) -> None:
    page = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
    )
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.route(ADDRESS, lambda route: route.fulfill(body=docs_page.page(openapi()), headers=HEADERS))
    page.goto(ADDRESS)
    page.get_by_role("link", name="One lead with what is noted about it").click()
    operation = page.locator("#get_lead")
    operation.locator("summary").click()
    expect(operation.get_by_text("Answers 200")).to_be_visible()
    expect(operation.get_by_text("If-None-Match").first).to_be_visible()
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"docs-{width}-{scheme}.png")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    assert said == []
    page.close()
