"""A creator's settings over HTTP."""

from typing import Any

from tests.api.answers import refused
from tests.harness.http import Served
from tests.world import CREATOR


async def test_settings_change_field_by_field(served: Served) -> None:
    before = (await served.client.get(f"/settings/{CREATOR}")).json()
    assert (before["timezone"], before["mode"], before["quiet_hours"]) == (
        "Europe/Madrid",
        "off",
        {"from": "21:00", "to": "09:00"},
    )
    body = {"language": "pt", "quiet_hours": {"from": "22:30", "to": "08:00"}, "caps": {"per_day": 1}, "mode": "auto"}
    changed = await served.client.put(f"/settings/{CREATOR}", json=body)
    expected = before | {"language": "pt", "mode": "auto", "quiet_hours": {"from": "22:30", "to": "08:00"}}
    expected |= {"caps": {"per_person_week": 4, "per_day": 1}, "version": changed.json()["version"]}
    assert changed.json() == expected
    again = await served.client.get(f"/settings/{CREATOR}")
    assert again.json() == expected
    assert again.headers["etag"] == changed.headers["etag"] == f'"{expected["version"]}"'


BAD_SETTINGS: list[tuple[dict[str, Any], str]] = [
    ({"mode": "review"}, "/mode"),
    ({"mode": "on"}, "/mode"),
    ({"timezone": "Mars/Olympus"}, "/timezone"),
    ({"timezone": None}, "/timezone"),
    ({"language": "fr"}, "/language"),
    ({"quiet_hours": {"from": "25:00", "to": "09:00"}}, "/quiet_hours/from"),
    ({"quiet_hours": {"from": "21:00"}}, "/quiet_hours/to"),
    ({"caps": {"per_day": -1}}, "/caps/per_day"),
    ({"caps": {"per_day": "2"}}, "/caps/per_day"),
    ({"caps": {"per_hour": 2}}, "/caps/per_hour"),
    ({"api_key": "x"}, "/api_key"),
]


async def test_a_setting_that_cannot_be_changes_none(served: Served) -> None:
    head = served.head()
    for body, field in BAD_SETTINGS:
        answer = served.client.put(f"/settings/{CREATOR}", json={"language": "en"} | body)
        await refused(answer, 422, "invalid", field)
    await refused(served.client.get(f"/settings/{CREATOR}", params={"x": 1}), 422, "invalid", "query:x")
    assert served.head() == head


async def test_settings_are_read_with_nothing_beside_them(served: Served) -> None:
    head = served.head()
    for call in (served.client.get, lambda path, **query: served.client.put(path, json={"language": "en"}, **query)):
        await refused(call(f"/settings/{CREATOR}", params={"x": 1}), 422, "invalid", "query:x")
    stale = served.client.put(f"/settings/{CREATOR}", json={"mode": "auto"}, headers={"If-Match": '"99"'})
    await refused(stale, 412, "version-mismatch")
    assert served.head() == head
