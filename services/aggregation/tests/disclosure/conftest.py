"""A year of communes' reports, and the policy switched off: in tests only, no setting does it."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from fastapi import FastAPI

from services.aggregation.tests.disclosure.year import Year
from services.aggregation.tests.drivers.projection import Projection
from shared.access import Person
from shared.catalogue import Catalogue
from shared.disclosure import DisclosurePolicy


class NoPolicy(DisclosurePolicy):
    """Everybody may read everything."""

    __slots__ = ()

    def may_read(self, person: Person, *about: object) -> bool:
        return True

    def needs_to_know(self, person: Person) -> bool:
        return True


@pytest.fixture
def policy_off(app: FastAPI) -> Iterator[Callable[[], None]]:
    kept = app.state.context

    def switch() -> None:
        app.state.context = replace(kept, policy=NoPolicy(kept.policy.catalogue))

    yield switch
    app.state.context = kept


@pytest.fixture
async def year(projection: Projection, catalogue: Catalogue) -> Year:
    return await Year.open(projection, catalogue)
