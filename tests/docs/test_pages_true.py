"""Every page names files that exist, and the list of decisions names each of them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DECISIONS = ROOT / "docs" / "decisions"
PAGES = sorted([ROOT / "CONTRIBUTING.md", ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
FILE = re.compile(r"`((?:api|domain|projections|processes|eventstore|tests|tools|frontend)/[\w/.-]*[\w/])`")
LINK = re.compile(r"\]\((?!https?:)([\w/.-]+)(?:#[\w-]+)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_names_files_that_exist(page: Path) -> None:
    text = page.read_text()
    assert [name for name in FILE.findall(text) if not (ROOT / name).exists()] == []
    assert [link for link in LINK.findall(text) if not (page.parent / link).exists()] == []


def test_the_list_of_decisions_names_each_by_its_number_and_title() -> None:
    listed = re.findall(r"^- \*\*(\d+)\*\* \[(.+)\]\((.+)\)$", (DECISIONS / "README.md").read_text(), re.MULTILINE)
    pages = sorted(page for page in DECISIONS.glob("*.md") if page.name != "README.md")
    titles = [re.match(r"# (\d+)\. (.+)\n", page.read_text()) for page in pages]
    assert listed == [(*title.groups(), page.name) for title, page in zip(titles, pages, strict=True) if title]
    assert [int(page.name[:4]) for page in pages] == [int(number) for number, _, _ in listed]


def test_a_number_that_was_never_given_is_told() -> None:
    page = (DECISIONS / "README.md").read_text()
    given = {int(number) for number in re.findall(r"^- \*\*(\d+)\*\*", page, re.MULTILINE)}
    told = re.search(r"The numbers ([\d, and]+) were never given", page)
    assert told is not None
    assert set(range(1, max(given) + 1)) - given == {int(number) for number in re.findall(r"\d+", told[1])}
