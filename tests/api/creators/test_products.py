"""Products: shown, added, changed and removed, within their limits."""

from typing import Any
from uuid import uuid4

import pytest

from tests.api.answers import PAGE, PRODUCT, bad, good, words
from tests.harness.program import NOTHING, Person, Serving

LINK = "https://pay.example/curso"

TAKEN: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"name": "Curso", "description": "", "price": None, "currency": "EUR", "url": None, "is_active": True}),
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
    ({"name": "x" * 256}, "/name"),
    ({"description": "x" * 5001}, "/description"),
    ({"price": -0.01}, "/price"),
    ({"price": "97"}, "/price"),
    ({"currency": "eur"}, "/currency"),
    ({"currency": "EURO"}, "/currency"),
    ({"payment_link": "pay.example/curso"}, "/payment_link"),
    ({"payment_link": "javascript:alert(1)"}, "/payment_link"),
    ({"url": f"{LINK}/{'x' * 2000}"}, "/url"),
    ({"is_active": "yes"}, "/is_active"),
    ({"keywords": "curso"}, "/keywords"),
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
            bad(creator.ask(f"{method} {gone}", body), 404, "not-found")
    assert program.log(creator.name) == before


def test_a_product_has_the_creators_version_and_an_old_one_changes_nothing(creator: Person, program: Serving) -> None:
    added = creator.ask("POST /creator/{c}/products", {"name": "Curso"})
    product = good(added)["product"]
    path, tag = f"/creator/{{c}}/products/{product['id']}", f'"{product["version"]}"'
    assert added.headers["etag"] == creator.ask(f"GET {path}").headers["etag"] == tag
    assert creator.ask(f"GET {path}", headers={"If-None-Match": tag}).status_code == 304
    changed = creator.ask(f"PUT {path}", {"price": 1}, headers={"If-Match": tag})
    assert good(changed)["product"]["version"] == product["version"] + 1
    before = program.log(creator.name)
    for method, body in (("PUT", {"price": 2}), ("DELETE", NOTHING)):
        problem = bad(creator.ask(f"{method} {path}", body, headers={"If-Match": tag}), 412, "version-mismatch")
        assert problem["current_version"] == product["version"] + 1
    assert program.log(creator.name) == before


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
