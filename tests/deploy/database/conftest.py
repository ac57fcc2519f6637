"""Databases with words in them."""

from collections.abc import Callable, Iterator

import pytest

from tests.deploy.database.erasing.command import Erasing
from tests.deploy.database.erasing.rows import Connection, connect, fill
from tests.support.databases import DatabaseFactory, owner_url


@pytest.fixture
def erasing(database: DatabaseFactory, migrated: Callable[[str], str]) -> Iterator[Callable[[str], Erasing]]:
    opened: list[Connection] = []

    def of(service: str) -> Erasing:
        url = database(service, template=migrated(service))
        opened.append(connection := connect(owner_url(url)))
        return Erasing(service, url, connection, fill(connection, service))

    yield of
    for connection in opened:
        connection.close()
