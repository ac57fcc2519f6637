"""The ways by which a reader recovered a commune's hidden count, one test each, with the policy and without.

Each says what a reporter of another commune would have got. The last one (reports, log and dead letters as leader and
ops) stands where these are read: `services/submissions/tests/http/test_disclosure.py`,
`services/audit/tests/http/test_disclosure.py`, `shared/tests/web/dead_letters/test_disclosure.py`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal

import httpx
import pytest

from aggregation import events
from aggregation.rules.disclosure import batch, view, withheld
from aggregation.settings import AggregationSettings
from services.aggregation.tests.disclosure.reader import Attacker
from services.aggregation.tests.disclosure.solver import Unknown
from services.aggregation.tests.disclosure.year import Year
from services.aggregation.tests.drivers.event_writer import EventWriter
from services.aggregation.tests.drivers.projection import Projection
from services.aggregation.tests.drivers.readers import reading_as
from shared.catalogue import Catalogue

COUNT = 3
Scenario = Callable[[Year, Attacker], Awaitable[Unknown]]


async def all_units_subtracted_from_the_root(year: Year, reader: Attacker) -> Unknown:
    reader.channels = frozenset({"root", "units"})
    target, *_ = await year.report(*((o, COUNT + i) for i, o in enumerate(year.communes)))
    await reader.look(year.counted, frozenset({target}))
    return target


async def _before_and_after_the_last_report(year: Year, reader: Attacker) -> Unknown:
    target_of, *others = year.communes
    await year.report(*((o, 5 + i) for i, o in enumerate(others)))
    await reader.look(year.counted)
    (target,) = await year.report((target_of, COUNT))
    await reader.look(year.counted)
    return target


async def the_root_before_and_after_a_report(year: Year, reader: Attacker) -> Unknown:
    reader.channels = frozenset({"root"})
    return await _before_and_after_the_last_report(year, reader)


async def the_rounded_rate_of_the_history(year: Year, reader: Attacker) -> Unknown:
    reader.channels = frozenset({"rates"})
    target_of, *others = year.communes
    await year.report(*((o, 5 + i) for i, o in enumerate(others)))
    (target,) = await year.report((target_of, COUNT))
    await reader.look(year.counted)
    return target


async def received_minus_accepted(year: Year, reader: Attacker) -> Unknown:
    reader.channels = frozenset({"root"})
    target, *_ = await year.report(*((o, COUNT + i) for i, o in enumerate(year.communes)))
    await year.decide("accepted", *year.communes[1:])
    await reader.look(year.counted)
    return target


async def a_correction_in_a_complete_year(year: Year, reader: Attacker) -> Unknown:
    reader.channels = frozenset({"root"})
    corrected = year.communes[0]
    await year.report(*((o, COUNT + i) for i, o in enumerate(year.communes)))
    await reader.look(year.counted)
    await year.decide("returned", corrected)
    await reader.look(year.counted)
    (target,) = await year.report((corrected, COUNT + 1))
    await reader.look(year.counted)
    return target


async def the_coverage_tells_who_came_when(year: Year, reader: Attacker) -> Unknown:
    reader.channels = frozenset({"coverage"})
    return await _before_and_after_the_last_report(year, reader)


async def corrections_that_left_the_count_as_it_was(year: Year, reader: Attacker) -> Unknown:
    """One report is returned, three others are corrected in their population only."""
    left, *others = year.communes
    target, *_ = await year.report((left, COUNT), *((o, 5 + i % 4) for i, o in enumerate(others)))
    await reader.look(year.counted)
    await year.decide("returned", left)
    await reader.look(year.counted)
    await year.correct(*others[:3])
    await reader.look(year.counted)
    return target


LEAKS: list[Scenario] = [
    all_units_subtracted_from_the_root,
    the_root_before_and_after_a_report,
    the_rounded_rate_of_the_history,
    received_minus_accepted,
    a_correction_in_a_complete_year,
    the_coverage_tells_who_came_when,
    corrections_that_left_the_count_as_it_was,
]


def reporter_of_another(year: Year, web: httpx.AsyncClient, settings: AggregationSettings) -> Attacker:
    own = year.communes[-1].unit
    return Attacker(web, reading_as(settings, "reporter", own), year.writer, year.timeline, frozenset({own}))


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.__name__)
async def test_a_hidden_count_is_not_recovered(
    leak: Scenario, year: Year, web: httpx.AsyncClient, settings: AggregationSettings
) -> None:
    reader = reporter_of_another(year, web, settings)
    target = await leak(year, reader)
    least, most = reader.knowledge.bounds(target)
    print(f"{leak.__name__}: between {least} and {most}")
    assert most > least


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.__name__)
async def test_without_the_policy_it_is(
    leak: Scenario,
    year: Year,
    web: httpx.AsyncClient,
    settings: AggregationSettings,
    policy_off: Callable[[], None],
) -> None:
    policy_off()
    reader = reporter_of_another(year, web, settings)
    target = await leak(year, reader)
    told = reader.knowledge.tells(target)
    print(f"{leak.__name__}, without the policy: {told}")
    assert told in (COUNT, COUNT + 1)


UNCHANGED = ("instants", "events", "guesses")


@pytest.mark.parametrize("mended", [True, False])
@pytest.mark.parametrize("channel", UNCHANGED)
async def test_that_a_count_was_left_as_it_was_tells_nobody_s(
    channel: str,
    mended: bool,
    year: Year,
    web: httpx.AsyncClient,
    settings: AggregationSettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Until December 2026 every correction hid the others, and all of these told which ones had not changed a count."""
    if not mended:
        monkeypatch.setattr(view, "withheld", lambda v: replace(withheld(v), as_of=v.as_of))
        monkeypatch.setattr(batch, "by_count", batch.by_revision)
        monkeypatch.setattr(events, "secrecy", lambda *_: "open")
    reader = reporter_of_another(year, web, settings)
    reader.channels = frozenset({"root", channel})
    target = await (corrected_one_by_one if channel == "events" else corrections_that_left_the_count_as_it_was)(
        year, reader
    )
    least, most = reader.knowledge.bounds(target)
    print(f"{channel}, {'mended' if mended else 'as it was'}: between {least} and {most}")
    assert (most > least) if mended else (least == most == COUNT)


async def corrected_one_by_one(year: Year, reader: Attacker) -> Unknown:
    left, *others = year.communes
    target, *_ = await year.report((left, COUNT), *((o, 5 + i % 4) for i, o in enumerate(others)))
    await reader.look(year.counted)
    await year.decide("returned", left)
    await reader.look(year.counted)
    for one in others[:3]:
        await year.correct(one)
        await reader.look(year.counted)
    return target


@pytest.mark.parametrize("with_policy", [True, False])
async def test_the_only_owners_figure_is_not_told_by_the_identical_total(
    with_policy: bool,
    projection: Projection,
    catalogue: Catalogue,
    web: httpx.AsyncClient,
    settings: AggregationSettings,
    policy_off: Callable[[], None],
) -> None:
    """3.3: what one department reports is the whole area's number."""
    writer = EventWriter(catalogue)
    await projection.deliver(writer.open_period("2026"))
    owner = next(o for o in writer.obligations if "n_trafficking_victims_needing" in catalogue.forms[o.form].elements)
    answer = {"n_trafficking_victims_needing": 4, "n_trafficking_victims_supported": COUNT}
    await projection.deliver([writer.submit(owner, answer)])
    if not with_policy:
        policy_off()
    numbers = {}
    for role in ("reporter", "leader", "ops"):
        headers = reading_as(settings, role, "SO_TU_PHAP" if role == "reporter" else "DAK_NONG")
        (total,) = [
            item
            for item in (await web.get("/api/v1/indicators", params={"period": "2026"}, headers=headers)).json()[
                "items"
            ]
            if item["measure"] == "3.3"
        ]
        (explained,) = (
            await web.get("/api/v1/indicators/3.3/explanation", params={"period": "2026"}, headers=headers)
        ).json()["items"]
        figures = [c["value"] for c in (*explained["contributions"], *explained["cells"])]
        numbers[role] = {total["numerator"], total["denominator"], *figures} - {None}
    everything = {"3", "4"}
    print(f"the only owner's figure, {'with' if with_policy else 'without'} the policy: {numbers}")
    if with_policy:
        assert numbers == {"reporter": set(), "leader": everything, "ops": set()}
    else:
        assert numbers["reporter"] == everything and Decimal(COUNT) in map(Decimal, numbers["ops"])
