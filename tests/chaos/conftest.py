"""A writer whose connections to the database go through a proxy that can lose them."""

from collections.abc import AsyncIterator, Iterator

import pytest

from domain import context
from domain.application import Clonnect
from domain.creator import CreatorSettings
from eventstore.writer import Writer
from tests.chaos.proxy import Proxy, Rates
from tests.chaos.writing import writing


@pytest.fixture
def proxy(database_url: str) -> Iterator[Proxy]:
    with Proxy(database_url, Rates()) as proxy:
        yield proxy


@pytest.fixture
async def writer(proxy: Proxy) -> AsyncIterator[Writer[Clonnect]]:
    """For a creator called ana."""
    with context.acting("person:ana"):
        async with writing(proxy.url) as writer:
            await writer.do(Clonnect.sign_up_creator, "ana", None, CreatorSettings())
            yield writer
            proxy.lose_all()
