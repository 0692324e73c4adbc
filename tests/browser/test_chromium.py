from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import NoChromium, find


def test_the_browser_renders_a_local_page(page: Page, tmp_path: Path) -> None:
    page.set_content("<h1>…</h1><script>document.querySelector('h1').textContent = 'Hola'</script>")
    expect(page.get_by_role("heading", name="Hola")).to_be_visible()
    assert page.screenshot(path=tmp_path / "page.png")[:4] == b"\x89PNG"


def test_a_browser_that_is_named_but_missing_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/no/such/browser")
    with pytest.raises(NoChromium, match="CHROMIUM names /no/such/browser"):
        find()
