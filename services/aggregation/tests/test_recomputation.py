"""docs/design.md 8, "right": after any history, in any order and more than once, live totals equal a recomputation.

The recomputation is `ByHand`, which shares nothing with the service's rules.
"""

import random
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.commands.aggregate import Aggregator
from aggregation.rules.plan import PlanIndex
from services.aggregation.tests.drivers.by_hand import QUARTER, QUARTERS, ByHand
from services.aggregation.tests.drivers.event_writer import EventWriter, Obligation
from services.aggregation.tests.drivers.kept_history import empty
from services.aggregation.tests.drivers.projection import Projection
from shared.catalogue import Catalogue
from shared.events import Event


def answer_for(catalogue: Catalogue, form: str, rng: random.Random) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for f in catalogue.forms[form].fields:
        if not f.required and rng.random() < 0.5:
            continue
        number = rng.choice([0, 1]) if f.kind == "flag" else rng.choice([0, 1, 3, 4, 5, 7, 60, 100, 104, 111])
        status = rng.choices(["final", "estimate", "not_applicable", "missing"], [8, 2, 1, 1])[0]
        if status in ("not_applicable", "missing"):
            values[f"{f.element}|{f.key}"] = (None, status)
        else:
            values[f"{f.element}|{f.key}"] = (number, status)
    return values


def marks_for(values: dict[str, Any], rng: random.Random) -> list[str]:
    """Most reports have no mark; some have a few."""
    if rng.random() < 0.9:
        return []
    return [name for name, (number, _) in values.items() if number is not None and rng.random() < 0.2]


def random_history(catalogue: Catalogue, rng: random.Random, steps: int) -> tuple[EventWriter, list[Event]]:
    writer = EventWriter(catalogue)
    events = [e for period in ("2024", "2025", *QUARTERS) for e in writer.open_period(period)]
    if rng.random() < 0.3:  # some openings never arrive, or after the answers
        events = [e for e in events if rng.random() < 0.9]

    def answer(o: Obligation) -> Event:
        values = answer_for(catalogue, o.form, rng)
        return writer.submit(o, values, implausible=marks_for(values, rng))

    favourites = rng.sample(writer.obligations, 40)
    complete = rng.choice(["2024", "2025", "quarters", "none"])
    for o in writer.obligations:
        if complete == o.period or (complete == "quarters" and o.form == QUARTER):
            events.append(answer(o))
    for _ in range(steps):
        o = rng.choice(favourites)
        act = rng.choice(["submit", "submit", "accepted", "returned", "withdrawn"])
        if act == "submit" or not o.answers:
            events.append(answer(o))
        else:
            events.append(writer.decide(o, act, rng.randint(1, len(o.answers))))  # type: ignore[arg-type]
    told = {event.subject for event in events}
    writer.obligations = [o for o in writer.obligations if str(o.id) in told]
    return writer, events


async def compare(engine: AsyncEngine, catalogue: Catalogue, writer: EventWriter) -> None:
    async with engine.connect() as tx:
        rows = list(await tx.execute(sa.text("select * from indicator_value")))
        cells = list(await tx.execute(sa.text("select * from cell where element not like '%every_quarter'")))
    by_hand = {basis: ByHand(catalogue, writer, basis) for basis in ("received", "accepted")}
    rng = random.Random(1)
    upper = [row for row in rows if "@" not in row.unit or catalogue.units[row.unit].level == "district"]
    assert upper
    for row in upper + rng.sample(rows, min(len(rows), 60)):
        hand, m = by_hand[row.basis], catalogue.measures[row.measure]
        wanted = hand.measure(m, row.unit, row.period)
        where = f"{row.measure} {row.unit} {row.period} {row.basis}"
        assert (row.reported, row.expected) == (wanted["reported"], wanted["expected"]), where
        assert row.provisional == wanted["estimate"], where
        assert row.needs_check == wanted["needs_check"], where
        if wanted["value"] is None:
            assert row.value is None, where
        else:
            assert row.value is not None and abs(Fraction(row.value) - wanted["value"]) <= Fraction(1, 2_000_000), where
        assert row.assessment == hand.verdict(m, row.unit, row.period, wanted), where
    for row in rng.sample(cells, 60):
        part, level = (row.disaggregation, "")
        if part.startswith("admin_level="):
            part, level = "", part.removeprefix("admin_level=")
        element, _, measure = row.element.partition(".")
        of_measure = catalogue.measures[measure] if measure else None
        wanted = by_hand[row.basis].element(row.unit, row.period, element, part, level, of_measure)
        got = {"sum": row.value, "valued": row.valued, "reported": row.reported, "doubted": row.implausible}
        assert got == {name: wanted[name] for name in got}, (row, wanted)


@settings(
    max_examples=12, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), derandomize=True
)
@given(seed=st.integers(0, 2**32), steps=st.integers(0, 120), batch=st.sampled_from([1, 7, 60, 500]))
async def test_live_values_equal_a_recomputation_in_any_order(
    aggregation_engine: AsyncEngine, plan: PlanIndex, catalogue: Catalogue, seed: int, steps: int, batch: int
) -> None:
    from shared.clock import Clock

    await empty(aggregation_engine)
    rng = random.Random(seed)
    projection = Projection(aggregation_engine, Aggregator(plan, Clock()), catalogue)
    writer, events = random_history(catalogue, rng, steps)
    delivery = events + rng.sample(events, len(events) // 5)
    rng.shuffle(delivery)
    if bulk := delivery[: -100 * batch]:  # the last hundred batches as they come, what was before them at once
        await projection.deliver(bulk)
        delivery = delivery[-100 * batch :]
    for start in range(0, len(delivery), batch):
        await projection.deliver(delivery[start : start + batch])
    await compare(aggregation_engine, catalogue, writer)
