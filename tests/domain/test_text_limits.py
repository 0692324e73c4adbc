"""Each platform measures a text in its own way."""

import pytest

from domain.platforms import too_long
from domain.vocabulary import Platform


@pytest.mark.parametrize("platform", [each for each in Platform if each is not Platform.INSTAGRAM])
@pytest.mark.parametrize("letter", ["a", "ñ", "💪"])
def test_telegram_whatsapp_and_who_has_no_limit_of_its_own_count_characters(platform: Platform, letter: str) -> None:
    assert not too_long(platform, letter * 4096)
    assert too_long(platform, letter * 4097)


def test_instagram_counts_bytes() -> None:
    assert not too_long(Platform.INSTAGRAM, "ñ" * 500)
    assert too_long(Platform.INSTAGRAM, "ñ" * 500 + "a")
    assert too_long(Platform.INSTAGRAM, "💪" * 251)
