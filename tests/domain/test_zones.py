"""A zone is the time of a place."""

import pytest

from domain.errors import Invalid
from domain.person.time_zones import check_zone, country_of


@pytest.mark.parametrize("zone", ["Europe/Madrid", "Europe/Kiev", "Asia/Calcutta", "US/Pacific", "UTC", "Etc/GMT+3"])
def test_a_zone_may_have_any_name_that_iana_gives_it(zone: str) -> None:
    check_zone(zone)


@pytest.mark.parametrize(
    "zone",
    ["localtime", "Factory", "posixrules", "posix/Europe/Madrid", "leapseconds", "Mars/Base", "europe/madrid", ""],
)
def test_what_stands_for_no_place_is_no_zone(zone: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_zone(zone)
    assert [(error.field, error.code) for error in refused.value.errors] == [("/timezone", "unknown")]


def test_a_zone_of_one_country_tells_it() -> None:
    zones = ("Europe/Madrid", "America/Sao_Paulo", "Europe/Lisbon", "UTC", "Etc/GMT+3")
    assert [country_of(zone) for zone in zones] == ["ES", "BR", "PT", None, None]
