"""Products over HTTP: added, changed, removed, and never a cent lost."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from domain.application import Clonnect
from domain.creator import MAX_PRODUCTS, Product
from tests.api.answers import refused
from tests.harness.http import Served
from tests.world import CREATOR, OTHER

PRODUCTS = f"/creator/{CREATOR}/products"
COURSE = {
    "name": "Curso de fotografía",
    "description": "Ocho semanas",
    "price": 97.5,
    "currency": "EUR",
    "payment_link": "https://pay.example/curso",
    "is_active": True,
    "keywords": ["curso", "foto"],
}


async def added(served: Served, **fields: Any) -> dict[str, Any]:
    answer = await served.client.post(PRODUCTS, json={"name": "Curso"} | fields)
    assert answer.status_code == 200, answer.text
    product: dict[str, Any] = answer.json()["product"]
    return product


async def listed(served: Served, **params: Any) -> dict[str, Any]:
    answer = await served.client.get(PRODUCTS, params=params)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


async def test_a_product_is_shown_as_it_was_added(served: Served) -> None:
    answer = await served.client.post(PRODUCTS, json=COURSE)
    product = answer.json()["product"]
    aliases = {"url": COURSE["payment_link"], "active": True}
    assert product == COURSE | aliases | {"id": product["id"], "version": product["version"]}
    assert answer.headers["etag"] == f'"{product["version"]}"'
    one = await served.client.get(f"{PRODUCTS}/{product['id']}")
    assert one.json() == {"status": "ok", "product": product}
    assert one.headers["etag"] == answer.headers["etag"]
    assert await listed(served) == {
        "status": "ok",
        "products": [product],
        "count": 1,
        "total": 1,
        "next_cursor": None,
    }


async def test_a_product_needs_no_more_than_a_name(served: Served) -> None:
    product = await added(served, price=None, url=None, currency=None, keywords=None, active=None)
    assert [product[name] for name in ("name", "description", "price", "currency", "url", "active", "keywords")] == [
        "Curso",
        "",
        None,
        "EUR",
        None,
        True,
        [],
    ]


async def test_no_cent_is_lost(served: Served) -> None:
    prices = ("0", "0.01", "0.1", "19.99", "97", "1234567.89", "9999999999.9999", "1e3")
    for price in prices:
        raw = f'{{"name": "Curso", "price": {price}}}'
        answer = await served.client.post(PRODUCTS, content=raw, headers={"Content-Type": "application/json"})
        product = answer.json()["product"]
        assert isinstance(product["price"], float)
        assert served.runtime.app.creator(CREATOR).products[UUID(product["id"])].price == Decimal(price)
    shown = [Decimal(str(product["price"])) for product in (await listed(served))["products"]]
    assert shown == [Decimal(price) for price in prices]


async def test_the_other_words_mean_the_same(served: Served) -> None:
    product = await added(served, url="https://pay.example/a", active=False)
    assert (product["payment_link"], product["is_active"]) == ("https://pay.example/a", False)
    path = f"{PRODUCTS}/{product['id']}"
    changed = await served.client.put(path, json={"url": "http://pay.example/b", "active": True, "is_active": True})
    assert (changed.json()["product"]["payment_link"], changed.json()["product"]["is_active"]) == (
        "http://pay.example/b",
        True,
    )
    head = served.head()
    both = {"url": "https://a.example", "payment_link": "https://b.example"}
    await refused(served.client.put(path, json=both), 422, "invalid", "/url")
    await refused(
        served.client.put(path, json={"url": "https://a.example", "payment_link": None}), 422, "invalid", "/url"
    )
    await refused(
        served.client.post(PRODUCTS, json={"name": "x", "active": True, "is_active": False}), 422, "invalid", "/active"
    )
    assert served.head() == head


async def test_a_product_changes_field_by_field_and_null_clears(served: Served) -> None:
    product = await added(served, **COURSE)
    path = f"{PRODUCTS}/{product['id']}"
    changed = await served.client.put(path, json={"price": 120, "keywords": ["a", "b", "a"]})
    expected = product | {"price": 120, "keywords": ["a", "b"], "version": product["version"] + 1}
    assert changed.json() == {"status": "ok", "product": expected, "message": "Product updated"}
    assert (await listed(served))["products"] == [expected]
    cleared = {"price": None, "payment_link": None, "description": None, "keywords": None}
    shown = (await served.client.put(path, json=cleared)).json()["product"]
    assert [shown[name] for name in ("price", "url", "description", "keywords")] == [None, None, "", []]
    head = served.head()
    for body in ({}, {"name": COURSE["name"]}, {"price": None}):
        answer = await served.client.put(path, json=body)
        assert (answer.status_code, answer.headers["x-position"]) == (200, str(head))
    assert served.head() == head


BAD_PRODUCTS: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "/name"),
    ({"name": None}, "/name"),
    ({"name": "x" * 256}, "/name"),
    ({"name": 7}, "/name"),
    ({"description": "x" * 5001}, "/description"),
    ({"price": -0.01}, "/price"),
    ({"price": "97"}, "/price"),
    ({"price": True}, "/price"),
    ({"price": 0.00001}, "/price"),
    ({"price": 10**14}, "/price"),
    ({"price": [97]}, "/price"),
    ({"currency": "eur"}, "/currency"),
    ({"currency": "EURO"}, "/currency"),
    ({"payment_link": "pay.example/x"}, "/payment_link"),
    ({"payment_link": "javascript:alert(1)"}, "/payment_link"),
    ({"payment_link": "https://"}, "/payment_link"),
    ({"payment_link": "https://[x"}, "/payment_link"),
    ({"url": "https://a.example/ b"}, "/url"),
    ({"url": "https://a.example/" + "x" * 2000}, "/url"),
    ({"is_active": "yes"}, "/is_active"),
    ({"keywords": "curso"}, "/keywords"),
    ({"keywords": [""]}, "/keywords/0"),
    ({"keywords": ["x" * 51]}, "/keywords/0"),
    ({"keywords": ["x"] * 51}, "/keywords"),
    ({"id": str(uuid4())}, "/id"),
    ({"creator_id": OTHER}, "/creator_id"),
    ({"version": 7}, "/version"),
]


async def test_a_product_that_breaks_a_rule_changes_nothing(served: Served) -> None:
    product = await added(served)
    head = served.head()
    for body, field in BAD_PRODUCTS:
        await refused(served.client.post(PRODUCTS, json={"name": "New"} | body), 422, "invalid", field)
        await refused(served.client.put(f"{PRODUCTS}/{product['id']}", json=body), 422, "invalid", field)
    for number in ("NaN", "Infinity", "-Infinity", "1e999"):
        raw = f'{{"name": "New", "price": {number}}}'
        answer = served.client.post(PRODUCTS, content=raw, headers={"Content-Type": "application/json"})
        await refused(answer, 422, "invalid", "/price")
    await refused(served.client.post(PRODUCTS, json={"price": 1}), 422, "invalid", "/name")
    assert served.head() == head


async def test_a_product_that_is_not_there_is_not_found(served: Served) -> None:
    head = served.head()
    for product_id in (str(uuid4()), "banana"):
        path = f"{PRODUCTS}/{product_id}"
        await refused(served.client.get(path), 404, "not-found")
        await refused(served.client.put(path, json={"price": 1}, headers={"If-Match": '"99"'}), 404, "not-found")
        await refused(served.client.delete(path), 404, "not-found")
    assert served.head() == head


async def test_a_product_that_was_removed_is_gone_and_what_named_it_goes_on(served: Served) -> None:
    await served.answers()
    product = await added(served, **COURSE)
    await served.writes("ig_5002", "¿Cuánto cuesta el curso de fotografía? me parece caro", name="Luz")
    assert (await served.client.get(f"/dm/follower/{CREATOR}/ig_5002")).json()["products_discussed"] == [COURSE["name"]]
    path = f"{PRODUCTS}/{product['id']}"
    removed = await served.client.delete(path)
    version = removed.json()["product"]["version"]
    assert removed.json() == {"status": "ok", "product": product | {"version": version}, "message": "Product deleted"}
    await refused(served.client.get(path), 404, "not-found")
    await refused(served.client.delete(path), 404, "not-found")
    assert (await listed(served))["total"] == 0
    assert (await served.client.get(f"/dm/follower/{CREATOR}/ig_5002")).json()["products_discussed"] == []
    assert (await served.client.get(f"/nurturing/{CREATOR}/followups")).json()["total"] > 0
    enrolled = await served.client.get(f"/nurturing/{CREATOR}/sequences/objection_price/enrolled")
    assert enrolled.json()["total"] == 1
    said = await served.writes("ig_5002", "¿Cuánto cuesta el curso de fotografía?")
    assert said["product_mentioned"] is None
    assert (await served.client.get(f"/dashboard/{CREATOR}/overview")).json()["products_count"] == 0


async def test_products_are_paged_in_their_order_and_filtered(served: Served) -> None:
    names = [f"P{number}" for number in range(7)]
    for number, name in enumerate(names):
        await added(served, name=name, active=number % 2 == 0)
    for params, wanted in (({}, names), ({"active_only": True}, names[::2])):
        found: list[str] = []
        cursor = None
        while True:
            page = await listed(served, limit=2, **params, **({"cursor": cursor} if cursor else {}))
            assert page["total"] == len(wanted)
            assert page["count"] == len(page["products"])
            found += [product["name"] for product in page["products"]]
            if (cursor := page["next_cursor"]) is None:
                break
        assert found == wanted
    cursor = (await listed(served, limit=2))["next_cursor"]
    for bad, field in (
        ({"limit": 0}, "query:limit"),
        ({"limit": 1001}, "query:limit"),
        ({"cursor": "x"}, "query:cursor"),
        ({"cursor": cursor, "active_only": True}, "query:cursor"),
        ({"active_only": "perhaps"}, "query:active_only"),
    ):
        await refused(served.client.get(PRODUCTS, params=bad), 422, "invalid", field)


async def test_a_change_that_was_decided_on_an_old_version_is_refused(served: Served) -> None:
    product = await added(served)
    path, tag = f"{PRODUCTS}/{product['id']}", {"If-Match": f'"{product["version"]}"'}
    assert (await served.client.put(path, json={"price": 1}, headers=tag)).status_code == 200
    head = served.head()
    for answer in (
        served.client.put(path, json={"price": 2}, headers=tag),
        served.client.delete(path, headers=tag),
        served.client.post(PRODUCTS, json={"name": "x"}, headers=tag),
    ):
        assert (await refused(answer, 412, "version-mismatch"))["current_version"] == product["version"] + 1
    assert served.head() == head
    current = (await listed(served))["products"][0]["version"]
    assert (await served.client.delete(path, headers={"If-Match": f'"{current}"'})).status_code == 200


async def test_the_version_in_the_list_is_the_creators_whatever_was_changed(served: Served) -> None:
    await added(served)
    await served.client.put(f"/settings/{CREATOR}", json={"language": "pt"})
    await served.client.put(f"/creator/config/{CREATOR}", json={"clone_name": "M", "is_active": True})
    assert (await listed(served))["products"][0]["version"] == served.runtime.app.creator(CREATOR).version


async def test_there_is_an_end_to_what_one_creator_sells(served: Served) -> None:
    def fill(app: Clonnect) -> None:
        creator = app.creator(CREATOR)
        for number in range(MAX_PRODUCTS):
            creator.add_product(Product(uuid4(), f"P{number}", None, "EUR"))
        app.save_streams(creator)

    await served.do(fill)
    head = served.head()
    await refused(served.client.post(PRODUCTS, json={"name": "One more"}), 409, "conflict")
    assert served.head() == head
    assert (await listed(served))["total"] == MAX_PRODUCTS


async def test_another_creators_products_are_not_there(served: Served) -> None:
    product = await added(served)
    async with served.anybody(**{"X-API-Key": served.keys[OTHER]}) as other:
        assert (await other.get(f"/creator/{OTHER}/products")).json()["total"] == 0
        for call in (other.get, other.delete):
            await refused(call(f"/creator/{OTHER}/products/{product['id']}"), 404, "not-found")
