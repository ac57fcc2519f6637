import pytest

from shared.events import DeadlineApproaching, EventClassError
from shared.messaging import publish

from .conftest import ServiceProbe, an_event


class Variant(DeadlineApproaching):
    """Looks like an event, and no reader knows it."""


async def test_what_no_reader_knows_is_not_published(probe: ServiceProbe) -> None:
    known = an_event()
    event = known.model_copy(update={"data": Variant(**known.data.model_dump())})
    with pytest.raises(EventClassError, match="Variant is no registered event class"):
        async with probe.engine.begin() as tx:
            await publish(tx, known, event)
    assert await probe.rows("select id from outbox") == []
