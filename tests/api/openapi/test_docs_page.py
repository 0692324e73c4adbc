"""The page for people shows all that the description says, and asks nothing of the internet."""

import re
from html import unescape

import pytest

from api.openapi import docs_page
from tests.api.description import DESCRIBED
from tests.harness.http import Served

PAGE = docs_page.page(DESCRIBED)
OPERATIONS = {
    operation["operationId"]: operation
    for operations in DESCRIBED["paths"].values()
    for operation in operations.values()
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_is_shown_with_what_it_takes_answers_and_refuses(name: str) -> None:
    shown = unescape(PAGE.partition(f'<details class="operation" id="{name}">')[2].partition("</details>")[0])
    operation = OPERATIONS[name]
    for parameter in operation["parameters"]:
        assert f"<code>{parameter.get('name', 'X-Request-ID')}</code>" in shown
    assert ("<h4>Body" in shown) is ("requestBody" in operation)
    for status, answer in operation["responses"].items():
        assert f"Answers {status}" in shown or f"<code>{status}</code>" in shown
        for slug in answer.get("$ref", "").rpartition("/")[2].split("."):
            assert slug in shown
    for role in operation["security"][0]["key"] if operation["security"] else ():
        assert f"<code>{role}</code>" in shown


def test_every_link_leads_to_a_place_on_the_page() -> None:
    places = set(re.findall(r' id="([^"]+)"', PAGE))
    links = set(re.findall(r' href="([^"]+)"', PAGE)) - {"/openapi.json"}
    assert {link.removeprefix("#") for link in links} <= places
    assert len(links) > 100


async def test_a_browser_may_use_its_style_and_nothing_else(served: Served) -> None:
    answer = await served.client.get("/docs")
    assert answer.text == PAGE
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'; style-src 'sha256-" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script|<img|<link|<iframe| style=| on\w+=| src=", PAGE)


def test_what_is_described_is_text_and_no_markup() -> None:
    described = DESCRIBED | {"info": {"title": "<b>", "description": "`<i>` & more", "version": "1"}}
    page = docs_page.page(described)
    assert "<title>&lt;b&gt;: the API</title>" in page
    assert "<code>&lt;i&gt;</code> &amp; more" in page
