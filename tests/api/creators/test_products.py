"""Products: shown, added, changed and removed, within their limits."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.api.answers import PAGE, PRODUCT, bad, good, says, words
from tests.harness.program import NOTHING, Person, Serving
from tests.world import COURSE

LINK = "https://pay.example/curso"
JSON = {"Content-Type": "application/json"}

TAKEN: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"name": "Curso", "description": "", "price": None, "currency": "EUR", "url": None, "is_active": True}),
    (
        {"price": None, "url": None, "currency": None, "keywords": None, "active": None},
        {"price": None, "url": None, "currency": "EUR", "keywords": [], "active": True},
    ),
    ({"name": "x" * 255}, {"name": "x" * 255}),
    ({"description": "x" * 5000}, {"description": "x" * 5000}),
    ({"price": 0}, {"price": 0}),
    ({"price": 97.5}, {"price": 97.5}),
    ({"currency": "USD"}, {"currency": "USD"}),
    ({"payment_link": LINK}, {"payment_link": LINK, "url": LINK}),
    ({"url": "http://pay.example/b"}, {"payment_link": "http://pay.example/b", "url": "http://pay.example/b"}),
    ({"is_active": False}, {"is_active": False, "active": False}),
    ({"active": False}, {"is_active": False, "active": False}),
    ({"keywords": ["curso", "foto"]}, {"keywords": ["curso", "foto"]}),
]


@pytest.mark.parametrize(("body", "expected"), TAKEN, ids=lambda value: str(value)[:60])
def test_a_good_product_is_taken(creator: Person, body: dict[str, Any], expected: dict[str, Any]) -> None:
    product = good(creator.ask("POST /creator/{c}/products", {"name": "Curso"} | body), words("product"))["product"]
    assert set(product) == PRODUCT
    assert {name: product[name] for name in expected} == expected
    call = f"GET /creator/{{c}}/products/{product['id']}"
    assert good(creator.ask(call), words("product"))["product"] == product


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "/name"),
    ({"name": None}, "/name"),
    ({"name": 7}, "/name"),
    ({"name": "x" * 256}, "/name"),
    ({"description": "x" * 5001}, "/description"),
    ({"price": -0.01}, "/price"),
    ({"price": "97"}, "/price"),
    ({"price": True}, "/price"),
    ({"price": 0.00001}, "/price"),
    ({"price": 10**14}, "/price"),
    ({"price": [97]}, "/price"),
    ({"currency": "eur"}, "/currency"),
    ({"currency": "EURO"}, "/currency"),
    ({"payment_link": "pay.example/curso"}, "/payment_link"),
    ({"payment_link": "javascript:alert(1)"}, "/payment_link"),
    ({"payment_link": "https://"}, "/payment_link"),
    ({"payment_link": "https://[x"}, "/payment_link"),
    ({"url": "https://a.example/ b"}, "/url"),
    ({"url": f"{LINK}/{'x' * 2000}"}, "/url"),
    ({"is_active": "yes"}, "/is_active"),
    ({"keywords": "curso"}, "/keywords"),
    ({"keywords": [""]}, "/keywords/0"),
    ({"keywords": ["x" * 51]}, "/keywords/0"),
    ({"keywords": ["x"] * 51}, "/keywords"),
    ({"creator_id": "pedro"}, "/creator_id"),
    ({"id": str(uuid4())}, "/id"),
    ({"version": 7}, "/version"),
]


def test_a_bad_product_is_refused_by_the_name_of_its_field_and_nothing_happens(
    creator: Person, program: Serving
) -> None:
    product = good(creator.ask("POST /creator/{c}/products", {"name": "Curso"}))["product"]
    before = program.log(creator.name)
    for body, field in REFUSED:
        bad(creator.ask("POST /creator/{c}/products", {"name": "New"} | body), 422, "invalid", field)
        bad(creator.ask(f"PUT /creator/{{c}}/products/{product['id']}", body), 422, "invalid", field)
    bad(creator.ask("POST /creator/{c}/products", {"price": 97}), 422, "invalid", "/name")
    for number in ("NaN", "Infinity", "-Infinity", "1e999"):
        raw = f'{{"name": "New", "price": {number}}}'
        bad(creator.ask("POST /creator/{c}/products", content=raw, headers=JSON), 422, "invalid", "/price")
    assert program.log(creator.name) == before


def test_a_product_is_changed_and_removed_and_an_unknown_one_is_not_found(creator: Person, program: Serving) -> None:
    added = good(creator.ask("POST /creator/{c}/products", {"name": "Curso", "price": 97, "url": LINK}))["product"]
    path = f"/creator/{{c}}/products/{added['id']}"
    changed = good(creator.ask(f"PUT {path}", {"price": 120, "url": None}), words("product message"))
    assert changed["message"] == "Product updated"
    assert changed["product"] == added | {
        "price": 120,
        "url": None,
        "payment_link": None,
        "version": changed["product"]["version"],
    }
    removed = good(creator.ask(f"DELETE {path}"), words("product message"))
    assert (removed["message"], removed["product"]["id"]) == ("Product deleted", added["id"])
    before = program.log(creator.name)
    for gone in (path, f"/creator/{{c}}/products/{uuid4()}", "/creator/{c}/products/banana"):
        for method, body in (("GET", NOTHING), ("PUT", {"price": 1}), ("DELETE", NOTHING)):
            for headers in ({}, {"If-Match": '"99"'}):
                bad(creator.ask(f"{method} {gone}", body, headers=headers), 404, "not-found")
    assert program.log(creator.name) == before


def test_a_product_has_the_creators_version_and_an_old_one_changes_nothing(creator: Person, program: Serving) -> None:
    added = creator.ask("POST /creator/{c}/products", {"name": "Curso"})
    product = good(added)["product"]
    path, tag = f"/creator/{{c}}/products/{product['id']}", f'"{product["version"]}"'
    assert added.headers["etag"] == creator.ask(f"GET {path}").headers["etag"] == tag
    assert creator.ask(f"GET {path}", headers={"If-None-Match": tag}).status_code == 304
    changed = creator.ask(f"PUT {path}", {"price": 1}, headers={"If-Match": tag})
    now = good(changed)["product"]["version"]
    assert now == product["version"] + 1
    before = program.log(creator.name)
    for method, body in (("PUT", {"price": 2}), ("DELETE", NOTHING)):
        problem = bad(creator.ask(f"{method} {path}", body, headers={"If-Match": tag}), 412, "version-mismatch")
        assert problem["current_version"] == now
    assert program.log(creator.name) == before
    good(creator.ask(f"DELETE {path}", headers={"If-Match": f'"{now}"'}))


def test_products_are_listed_all_or_those_that_are_sold(creator: Person) -> None:
    for name, is_active in (("Curso", True), ("Libro", False), ("Taller", True)):
        good(creator.ask("POST /creator/{c}/products", {"name": name, "is_active": is_active}))
    for query, names in (
        ("", ["Curso", "Libro", "Taller"]),
        ("?active_only=true", ["Curso", "Taller"]),
        ("?active_only=false", ["Curso", "Libro", "Taller"]),
    ):
        page = good(creator.ask(f"GET /creator/{{c}}/products{query}"), PAGE | words("products"))
        assert [product["name"] for product in page["products"]] == names
        assert (page["count"], page["total"]) == (len(names), len(names))
        assert all(set(product) == PRODUCT for product in page["products"])


def test_no_cent_is_lost(creator: Person, program: Serving) -> None:
    prices = ("0", "0.01", "0.1", "19.99", "97", "1234567.89", "9999999999.9999", "1e3")
    for price in prices:
        raw = f'{{"name": "Curso", "price": {price}}}'
        product = good(creator.ask("POST /creator/{c}/products", content=raw, headers=JSON))["product"]
        assert isinstance(product["price"], float)
        assert program.app.creator(creator.name).products[UUID(product["id"])].price == Decimal(price)
    shown = good(creator.ask("GET /creator/{c}/products"))["products"]
    assert [Decimal(str(product["price"])) for product in shown] == [Decimal(price) for price in prices]


def test_of_two_words_for_one_thing_both_may_be_said_but_not_against_each_other(
    creator: Person, program: Serving
) -> None:
    product = good(creator.ask("POST /creator/{c}/products", {"name": "Curso", "url": LINK}))["product"]
    call = f"PUT /creator/{{c}}/products/{product['id']}"
    changed = good(creator.ask(call, {"url": f"{LINK}/b", "active": True, "is_active": True}))["product"]
    assert (changed["payment_link"], changed["is_active"]) == (f"{LINK}/b", True)
    before = program.log(creator.name)
    for other in (f"{LINK}/c", None):
        bad(creator.ask(call, {"url": LINK, "payment_link": other}), 422, "invalid", "/url")
    body = {"name": "x", "active": True, "is_active": False}
    bad(creator.ask("POST /creator/{c}/products", body), 422, "invalid", "/active")
    assert program.log(creator.name) == before


def test_null_clears_a_field_and_what_is_so_already_leaves_no_event(creator: Person, program: Serving) -> None:
    body = {"name": "Curso", "price": 97, "url": LINK, "description": "Ocho semanas", "keywords": ["a", "b", "a"]}
    product = good(creator.ask("POST /creator/{c}/products", body))["product"]
    assert product["keywords"] == ["a", "b"]
    call = f"PUT /creator/{{c}}/products/{product['id']}"
    cleared = good(creator.ask(call, dict.fromkeys(("price", "payment_link", "description", "keywords"))))["product"]
    assert [cleared[name] for name in ("price", "url", "description", "keywords")] == [None, None, "", []]
    before = program.log(creator.name)
    for same in ({}, {"name": "Curso"}, {"price": None}):
        good(creator.ask(call, same))
    assert program.log(creator.name) == before


def test_what_named_a_product_that_is_removed_goes_on_without_it(luz: Person) -> None:
    assert good(luz.ask("GET /dm/follower/{c}/ig_5002"))["products_discussed"] == [COURSE.name]
    good(luz.ask(f"DELETE /creator/{{c}}/products/{COURSE.product_id}"))
    assert good(luz.ask("GET /creator/{c}/products"))["total"] == 0
    assert good(luz.ask("GET /dm/follower/{c}/ig_5002"))["products_discussed"] == []
    assert good(luz.ask("GET /nurturing/{c}/followups"))["total"] > 0
    assert good(luz.ask("GET /nurturing/{c}/sequences/objection_price/enrolled"))["total"] == 1
    assert says(luz, "¿Cuánto cuesta el curso de fotografía?")["product_mentioned"] is None
    assert good(luz.ask("GET /dashboard/{c}/overview"))["products_count"] == 0


def test_products_are_paged_in_their_order(creator: Person) -> None:
    for number in range(5):
        good(creator.ask("POST /creator/{c}/products", {"name": f"P{number}", "active": number % 2 == 0}))
    for query, wanted in (("", ["P0", "P1", "P2", "P3", "P4"]), ("&active_only=true", ["P0", "P2", "P4"])):
        found, cursor = [], ""
        while True:
            page = good(creator.ask(f"GET /creator/{{c}}/products?limit=2{query}{cursor}"))
            assert (page["total"], page["count"]) == (len(wanted), len(page["products"]))
            found += [product["name"] for product in page["products"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert found == wanted
    cursor = good(creator.ask("GET /creator/{c}/products?limit=2"))["next_cursor"]
    for wrong, field in ((f"cursor={cursor}&active_only=true", "cursor"), ("active_only=perhaps", "active_only")):
        bad(creator.ask(f"GET /creator/{{c}}/products?{wrong}"), 422, "invalid", f"query:{field}")
