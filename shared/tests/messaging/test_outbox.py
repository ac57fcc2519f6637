import pytest

from shared.database.engine import create_engine
from shared.events import LOCAL_SCHEMAS, DeadlineApproaching, EventClassError, parse
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


@pytest.mark.parametrize("schemas", [LOCAL_SCHEMAS, "https://tiendo.example/schemas"])
async def test_an_event_says_where_this_installation_serves_its_schema(probe: ServiceProbe, schemas: str) -> None:
    engine = create_engine(probe.settings.model_copy(update={"schemas_url": schemas}))
    async with engine.begin() as tx:
        await publish(tx, event := an_event())
    await engine.dispose()
    ((body,),) = await probe.rows("select value from outbox")
    assert parse(body).dataschema == f"{schemas}/{event.type}.json"
