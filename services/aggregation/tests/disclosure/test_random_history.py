"""Whatever happens in a year, nobody recovers a small count: a solver tries after each event, on all that he read."""

import random
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import get_args

import httpx
import pytest

from aggregation.settings import AggregationSettings
from services.aggregation.tests.disclosure.reader import Attacker, secrets
from services.aggregation.tests.disclosure.solver import Unknown
from services.aggregation.tests.disclosure.year import Year
from services.aggregation.tests.drivers.event_writer import Decision, Obligation
from services.aggregation.tests.drivers.projection import Projection
from services.aggregation.tests.drivers.readers import reading_as
from shared.catalogue import Catalogue
from shared.disclosure import SMALL

STEPS = 20
BIRTHS = (0, 1, 2, 3, 4, 7, 12)


def attackers(year: Year, web: httpx.AsyncClient, settings: AggregationSettings) -> dict[str, Attacker]:
    """A reporter reads his own reports, a leader none."""
    own = year.communes[0].unit
    who = {
        "reporter": (reading_as(settings, "reporter", own), frozenset({own})),
        "leader": (reading_as(settings, "leader"), frozenset[str]()),
    }
    seen = frozenset({"root", "history", "evidence", "instants", "events", "guesses"})
    return {
        name: Attacker(web, headers, year.writer, year.timeline, units, seen) for name, (headers, units) in who.items()
    }


async def step(year: Year, chance: random.Random, among: Sequence[Obligation]) -> None:
    """One event, of one unit most often: a report, a correction of the population only, or a decision."""
    pending = [o for o in among if o.answers and o.answers[-1].state == "received"]
    drawn = chance.random()
    if pending and drawn < 0.25:
        await year.correct(*chance.sample(pending, min(len(pending), chance.choice([1, 3, 4]))))
    elif not pending or drawn < 0.65:
        chosen = chance.sample(among, chance.choice([1, 1, 2, 5]))
        await year.report(*((o, chance.choice(BIRTHS)) for o in chosen))
    else:
        await year.decide(chance.choice(get_args(Decision)), chance.choice(pending))


def small(year: Year, attacker: Attacker) -> list[Unknown]:
    """The protected counts: of other units than his own."""
    return [
        one
        for one, (unit, count, _) in secrets(year.writer).items()
        if 0 < count < SMALL and unit not in attacker.units
    ]


async def attempts(year: Year, readers: dict[str, Attacker]) -> int:
    """Every reader looks, and tries on every small count if he saw anything new; how many attempts it were."""
    tried = 0
    for name, attacker in readers.items():
        if await attacker.look(year.counted):
            for target in small(year, attacker):
                tried += 1
                least, most = attacker.knowledge.bounds(target)
                assert most > least, f"{name} recovers {target}: {least}"
    return tried


@pytest.mark.parametrize("seed", [3, 159])
async def test_no_small_count_is_recovered(
    seed: int, year: Year, web: httpx.AsyncClient, settings: AggregationSettings
) -> None:
    """Of few units, whose period is due: whatever may be published is, at once."""
    chance, readers = random.Random(seed), attackers(year, web, settings)
    tried = 0
    for _ in range(STEPS):
        await step(year, chance, year.communes[:10])
        tried += await attempts(year, readers)
    print(f"seed {seed}: {tried} attempts on small counts in {STEPS} events, none recovered")
    assert tried, "nothing was published: nothing was tried"


async def test_a_year_as_it_goes_and_what_secrecy_costs(
    projection: Projection, catalogue: Catalogue, web: httpx.AsyncClient, settings: AggregationSettings
) -> None:
    """All report before they are due, some correct themselves, the coordinator accepts."""
    year, chance = await Year.open(projection, catalogue, due=False), random.Random(26)
    readers = attackers(year, web, settings)
    communes = chance.sample(year.communes, len(year.communes))
    days = [communes[start : start + 4] for start in range(0, len(communes), 4)]
    happenings: list[Callable[[], Awaitable[object]]] = [
        *(partial(year.report, *((o, chance.choice(BIRTHS)) for o in day)) for day in days),
        partial(year.decide, "returned", communes[0]),
        *(partial(year.report, (o, chance.choice(BIRTHS))) for o in communes[:3]),
        partial(year.decide, "accepted", *communes),
        partial(year.report, (communes[3], chance.choice(BIRTHS))),
    ]
    tried, published, ages = 0, 0, [0]
    for happen in happenings:
        await happen()
        tried += await attempts(year, readers)
        told = len(await year.timeline.published())
        ages.append(0 if told > published else ages[-1] + 1)
        published = told
    print(
        f"a year: {tried} attempts, none recovered; hidden from readers without need to know: {len(communes)} of "
        f"{len(communes)} communes' counts of one measure in 23; sums published {published} times in {len(happenings)} "
        f"events, {max(ages)} events old at most (until all had reported), {ages[-1]} in the end (a lone correction)"
    )
    assert (published, ages[-1]) == (3, 1)


async def test_without_the_policy_many_are(
    year: Year, web: httpx.AsyncClient, settings: AggregationSettings, policy_off: Callable[[], None]
) -> None:
    policy_off()
    chance = random.Random(3)
    reader = attackers(year, web, settings)["reporter"]
    reader.channels = frozenset({"root"})
    for _ in range(STEPS):
        await step(year, chance, year.communes[:10])
        await reader.look(year.counted)
    recovered = [one for one in small(year, reader) if reader.knowledge.tells(one) is not None]
    print(f"without the policy: {len(recovered)} of {len(small(year, reader))} small counts recovered from the root")
    assert recovered
