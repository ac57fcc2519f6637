"""A second signed content of one revision: a dead letter with an alarm, never a fact; the first content stands."""

from dataclasses import replace
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from aggregation.app import create_app
from aggregation.rules.plan import PlanIndex
from aggregation.settings import AggregationSettings
from services.aggregation.tests.drivers.event_writer import EventWriter, Obligation
from services.aggregation.tests.drivers.projection import Projection
from services.aggregation.tests.drivers.readers import reading_as
from services.aggregation.tests.rebuild.driver import apply, rebuild, run
from shared.catalogue import Catalogue
from shared.events import Event

FORM, SCHOOLS, YEAR = "B12-NGHE", "SO_GDDT", "2026"
FIRST, OTHER = {"n_vet_new_total": 10, "n_vet_new_female": 4}, {"n_vet_new_total": 10, "n_vet_new_female": 9}
LETTERS = "select event_id, reason from dead_letter order by id"


@pytest.fixture
def writer(catalogue: Catalogue) -> EventWriter:
    return EventWriter(catalogue)


def once_more(received: Event, **changed: object) -> Event:
    """The same report as another event."""
    return received.model_copy(update={"id": str(uuid4()), "data": received.data.model_copy(update=changed)})


def contradicting(writer: EventWriter, o: Obligation, received: Event) -> Event:
    """Another report under the number of the one that was `received`, and newer by its version."""
    other = writer.submit(replace(o, answers=[], ids=[]), OTHER)
    changed = other.data.model_copy(update={"content_sha256": "1" * 64})
    assert changed.revision == received.data.revision  # type: ignore[attr-defined]
    return other.model_copy(update={"data": changed})


async def test_the_first_content_of_a_revision_stands(
    engine: AsyncEngine, plan: PlanIndex, projection: Projection, writer: EventWriter
) -> None:
    o, opened = writer.open(FORM, SCHOOLS, YEAR)
    first = writer.submit(o, FIRST)
    other = contradicting(writer, o, first)
    await apply(engine, plan, [opened, first], 10)
    with capture_logs() as logs:
        await apply(engine, plan, [other, once_more(first)], 10)
    assert [(line["event_id"], line["log_level"]) for line in logs if line["event"] == "event.contradicts"] == [
        (other.id, "error")
    ]
    assert (await projection.value("5.3", YEAR)).value == 40
    await apply(engine, plan, [first, other, once_more(first)], 10)
    await run(engine, "truncate inbox")  # and when nothing is known of ids any more
    await apply(engine, plan, [other, first], 1)
    assert (await projection.value("5.3", YEAR)).value == 40
    letters = await run(engine, LETTERS)
    assert {row.event_id for row in letters} == {other.id}
    assert all("known with other content" in row.reason for row in letters)


@pytest.mark.parametrize("size", [1, 10])
async def test_what_stands_beside_it_is_applied(
    engine: AsyncEngine, plan: PlanIndex, projection: Projection, writer: EventWriter, size: int
) -> None:
    """In one batch as in several, its decision before its content or after it."""
    o, opened = writer.open(FORM, SCHOOLS, YEAR)
    first = writer.submit(o, FIRST)
    other = contradicting(writer, o, first)
    accepted = writer.decide(o, "accepted")
    await apply(engine, plan, [opened, accepted, first, other], size)
    for basis in ("received", "accepted"):
        assert (await projection.value("5.3", YEAR, basis)).value == 40
    assert [row.event_id for row in await run(engine, LETTERS)] == [other.id]


async def test_of_a_revision_that_was_replaced_it_is_told_too(
    engine: AsyncEngine, plan: PlanIndex, projection: Projection, writer: EventWriter
) -> None:
    o, opened = writer.open(FORM, SCHOOLS, YEAR)
    first = writer.submit(o, FIRST)
    other = contradicting(writer, o, first)
    await apply(engine, plan, [opened, first, writer.submit(o, FIRST), other], 1)
    assert [row.event_id for row in await run(engine, LETTERS)] == [other.id]


async def test_other_words_under_the_same_figures_are_another_report(
    engine: AsyncEngine, plan: PlanIndex, writer: EventWriter
) -> None:
    o, opened = writer.open(FORM, SCHOOLS, YEAR)
    first = writer.submit(o, FIRST)
    other = once_more(first, content_sha256="2" * 64)
    await apply(engine, plan, [opened, first, other], 10)
    assert [row.event_id for row in await run(engine, LETTERS)] == [other.id]


async def test_of_a_row_without_a_hash_nothing_is_said(
    engine: AsyncEngine, plan: PlanIndex, projection: Projection, writer: EventWriter
) -> None:
    """One of before migration 0010: its content stays, and takes no other's hash."""
    o, opened = writer.open(FORM, SCHOOLS, YEAR)
    first = writer.submit(o, FIRST)
    await apply(engine, plan, [opened, first], 10)
    await run(engine, "update revision set content_sha256 = null")
    assert (await rebuild(engine, plan, [opened, first])).rebuilt.equal
    await apply(engine, plan, [contradicting(writer, o, first), once_more(first)], 1)
    assert (await projection.value("5.3", YEAR)).value == 40
    assert await run(engine, LETTERS) == []


async def test_its_replay_is_refused(
    engine: AsyncEngine, plan: PlanIndex, projection: Projection, writer: EventWriter, settings: AggregationSettings
) -> None:
    o, opened = writer.open(FORM, SCHOOLS, YEAR)
    first = writer.submit(o, FIRST)
    other = contradicting(writer, o, first)
    await apply(engine, plan, [opened, first, other], 10)
    (letter,) = await run(engine, "select id from dead_letter")
    app = create_app(settings)
    headers = reading_as(settings, "ops")
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://test") as web:
        answer = await web.post(f"/api/v1/dead-letters/{letter.id}/replay", headers=headers)
    assert answer.status_code == 422 and "known with other content" in answer.text
    assert (await projection.value("5.3", YEAR)).value == 40
    async with engine.connect() as tx:
        assert await tx.scalar(sa.text("select state from dead_letter")) == "open"


async def test_a_rebuild_comes_to_the_same(
    engine: AsyncEngine, plan: PlanIndex, projection: Projection, writer: EventWriter
) -> None:
    o, opened = writer.open(FORM, SCHOOLS, YEAR)
    first = writer.submit(o, FIRST)
    events = [opened, first, contradicting(writer, o, first), writer.decide(o, "accepted")]
    await apply(engine, plan, events, 10)
    assert (await rebuild(engine, plan, events)).rebuilt.equal
    await run(engine, "delete from dead_letter")  # as of before anybody looked for one
    result = await rebuild(engine, plan, events, swap=True)
    assert result.rebuilt.equal and result.rebuilt.swapped, result.compared.letters
    assert (await projection.value("5.3", YEAR, "accepted")).value == 40
