"""Routes of products: what a creator sells."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Annotated, Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer
from pydantic_core import PydanticCustomError

from api.access.guard import Acting, guarded_router
from api.access.roles import OWNERS
from api.http.commands import DoOnVersion
from api.http.fields import Listed, Name, NotNull, Ok, RequestModel, ResponseModel
from api.http.ids import uuid_of
from api.http.pagination import Cursor, Limit
from api.http.reads import Reads, Tag
from api.http.routing import Account
from domain.application import Clonnect
from domain.creator import Creator, Product
from domain.errors import FieldError, Invalid, NotFound

router = guarded_router("products", reads=OWNERS, writes=OWNERS)

PRICE_DIGITS: Final = 14
"""A JSON number is read as a double, which holds any 15 digits exactly; so no cent is lost on the way."""


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float | None):
        raise PydanticCustomError("our_type", "A price is a number.")
    return value


def _plain(price: Decimal) -> Decimal:
    return price.quantize(Decimal(1)) if price == price.to_integral_value() else price.normalize()


def _link(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_link = parts.scheme in ("http", "https") and bool(parts.hostname) and not any(map(str.isspace, text))
    except ValueError:
        is_link = False
    if text and not is_link:
        raise PydanticCustomError("our_form", "A link looks like https://example.com/course.")
    return text


Price = Annotated[
    Decimal,
    Field(strict=False, ge=0, max_digits=PRICE_DIGITS, decimal_places=4),
    BeforeValidator(_number, json_schema_input_type=float),
    AfterValidator(_plain),
]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Link = Annotated[str, Field(max_length=2000), AfterValidator(_link)]
Description = Annotated[str, Field(max_length=5000)]
Keywords = Annotated[list[Annotated[str, Field(min_length=1, max_length=50)]], Field(max_length=50)]
ShownPrice = Annotated[Decimal, PlainSerializer(float, return_type=float)]


class ProductItem(ResponseModel):
    """Something that the creator sells; `url` and `active` are other words for `payment_link` and `is_active`.

    The version is the creator's: what `If-Match` is compared with.
    """

    id: UUID
    name: str
    description: str
    price: ShownPrice | None
    currency: str
    payment_link: str | None
    url: str | None
    is_active: bool
    active: bool
    keywords: list[str]
    version: int

    @classmethod
    def of(cls, product: Product, version: int) -> "ProductItem":
        """From a product of the creator."""
        return cls(
            id=product.product_id,
            name=product.name,
            description=product.description,
            price=product.price,
            currency=product.currency,
            payment_link=product.payment_link,
            url=product.payment_link,
            is_active=product.is_active,
            active=product.is_active,
            keywords=list(product.keywords),
            version=version,
        )


class Products(Listed):
    """One page of the products, in the order in which they were added."""

    products: list[ProductItem]


class ProductOut(Ok):
    """One product of a creator, sold at present or not."""

    product: ProductItem


class ProductEdited(ProductOut):
    """A product as it is now."""

    message: str = "Product updated"


class ProductRemoved(ProductOut):
    """A product as it was."""

    message: str = "Product deleted"


class EditProduct(RequestModel):
    """What of a product is to change; null clears a field."""

    name: Annotated[Name | None, NotNull] = None
    description: Description | None = None
    price: Price | None = None
    currency: Annotated[Currency | None, NotNull] = None
    payment_link: Link | None = None
    url: Link | None = None
    is_active: Annotated[bool | None, NotNull] = None
    active: Annotated[bool | None, NotNull] = None
    keywords: Keywords | None = None

    def changes(self) -> dict[str, Any]:
        """The fields of `domain.creator.Product` that change; raises `Invalid` where two words contradict."""
        return _fields(self.model_dump(exclude_unset=True))


class AddProduct(EditProduct):
    """Something new to sell; null is the same as leaving a field out."""

    name: Name
    currency: Currency | None = None
    is_active: bool | None = None
    active: bool | None = None

    def product(self, product_id: UUID) -> Product:
        """The product of the domain."""
        given = _fields(self.model_dump(exclude_none=True))
        return Product(**{"product_id": product_id, "price": None, "currency": "EUR"} | given)


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    for other, field in (("url", "payment_link"), ("active", "is_active")):
        if other in given and given.setdefault(field, given[other]) != given.pop(other):
            detail = f"`{other}` and `{field}` are two words for one thing, and say different things."
            raise Invalid(FieldError(f"/{other}", "contradiction", detail))
    for field, empty in (("description", ""), ("payment_link", None)):
        if field in given:
            given[field] = given[field] or empty
    if "keywords" in given:
        given["keywords"] = tuple(dict.fromkeys(given["keywords"] or ()))
    return given


@router.get("/creator/{creator_id}/products")
async def list_products(
    creator: Acting,
    reads: Reads,
    active_only: bool = False,
    limit: Annotated[Limit, Query()] = 1000,
    cursor: Cursor = None,
) -> Products:
    """What the creator sells, or has sold and may sell again."""
    page = await reads.cursors.of("products", creator.creator_id, active_only).page(
        cursor,
        limit,
        ("added_at", "product_id"),
        UUID,
        lambda after, rows: reads.creators.products(
            creator.creator_id, active_only=active_only, after=after, limit=rows
        ),
    )
    items = [ProductItem.of(_product(row), row["version"]) for row in page.rows]
    return Products(products=items, **page.listed(items))


@router.get("/creator/{creator_id}/products/{product_id}")
async def get_product(creator: Acting, account: Account, product_id: str, tag: Tag) -> ProductOut:
    """One product of a creator, sold at present or not."""
    product = account.product(_id(product_id))
    tag(account.version)
    return ProductOut(product=ProductItem.of(product, account.version))


@router.post("/creator/{creator_id}/products")
async def add_product(creator: Acting, body: AddProduct, do: DoOnVersion) -> ProductOut:
    """Sell something new."""
    product = body.product(do.made_up("product"))
    account = await do.on_creator(creator.creator_id, Clonnect.add_product, product)
    do.version(account.version)
    return ProductOut(product=ProductItem.of(product, account.version))


@router.put("/creator/{creator_id}/products/{product_id}")
async def change_product(creator: Acting, product_id: str, body: EditProduct, do: DoOnVersion) -> ProductEdited:
    """Change what is said of a product; it holds for everything that is said from now on."""
    changes, known = body.changes(), _id(product_id)
    account = await do.at_version(
        _selling(creator.creator_id, known), Clonnect.change_product, creator.creator_id, known, changes
    )
    do.version(account.version)
    return ProductEdited(product=ProductItem.of(account.product(known), account.version))


@router.delete("/creator/{creator_id}/products/{product_id}")
async def remove_product(creator: Acting, product_id: str, do: DoOnVersion) -> ProductRemoved:
    """Forget a product; what was said about it stays said, and a follow-up that would name it waits for a person."""
    known = _id(product_id)

    def remove(app: Clonnect) -> tuple[Product, Creator]:
        product = app.creator(creator.creator_id).product(known)
        return product, app.remove_product(creator.creator_id, known)

    product, account = await do.at_version(_selling(creator.creator_id, known), remove)
    do.version(account.version)
    return ProductRemoved(product=ProductItem.of(product, account.version))


def _selling(creator_id: str, product_id: UUID) -> Callable[[Clonnect], Creator]:
    """Finds the creator of a product; raises `NotFound` when it is not one of theirs."""

    def find(app: Clonnect) -> Creator:
        creator = app.creator(creator_id)
        creator.product(product_id)
        return creator

    return find


def _id(given: str) -> UUID:
    product_id = uuid_of(given)
    if product_id is None:
        raise NotFound("There is no such product.")
    return product_id


def _product(row: Mapping[str, Any]) -> Product:
    return Product(
        product_id=row["product_id"],
        name=row["name"],
        price=row["price"],
        currency=row["currency"],
        description=row["description"],
        payment_link=row["payment_link"],
        keywords=tuple(row["keywords"]),
        is_active=row["is_active"],
    )
