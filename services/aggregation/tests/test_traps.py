"""What a naive build gets wrong (docs/domain.md 8), point by point, on the whole way from report to value."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from aggregation.commands.aggregate import Aggregator
from aggregation.commands.leave_out import leave_out
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import ValueKey
from aggregation.store import indicator_values
from services.aggregation.tests.drivers.answers import commune_answer
from services.aggregation.tests.drivers.event_writer import EventWriter
from services.aggregation.tests.drivers.projection import Projection
from shared.catalogue import Catalogue
from shared.clock import Clock

NEW, OTHER = "24736@2025-07-01", "24611@2025-07-01"


async def judged(
    projection: Projection,
    catalogue: Catalogue,
    form: str,
    unit: str,
    period: str,
    measure: str,
    values: Mapping[str, Any],
) -> Any:
    """Value and assessment of `measure` when one obligation with these values is all there is."""
    writer = EventWriter(catalogue)
    o, opened = writer.open(form, unit, period)
    await projection.deliver([opened, writer.submit(o, values)])
    value = await projection.value(measure, period)
    return value.value, value.assessment


async def test_trap_01_average_of_percentages(projection: Projection, catalogue: Catalogue) -> None:
    """90 % of 10 people and 10 % of 990 people are 10,8 % of all, not 50 %."""
    writer = EventWriter(catalogue)
    for unit, reached, people in ((NEW, 9, 10), (OTHER, 99, 990)):
        o, opened = writer.open("B01-XA", unit, "2026")
        await projection.deliver(
            [opened, writer.submit(o, commune_answer(n_people_reached=reached, population=people))]
        )
    value = await projection.value("6.1", "2026")
    assert (value.value, value.numerator, value.denominator) == (Decimal("10.8"), 108, 1000)


async def test_trap_01_numerator_and_denominator_of_different_units(
    projection: Projection, catalogue: Catalogue
) -> None:
    """One commune reports its boys only, another its girls only: two answers of two, and still no ratio."""
    writer = EventWriter(catalogue)
    none = (None, "missing")
    for unit, boys, girls in ((NEW, 200, none), (OTHER, none, 100)):
        o, opened = writer.open("B01-XA", unit, "2025")
        answer = commune_answer(n_live_births_male=boys, n_live_births_female=girls)
        await projection.deliver([opened, writer.submit(o, answer)])
    value = await projection.value("4.1", "2025")
    assert (value.value, value.numerator, value.denominator) == (None, None, None)
    assert (value.reported, value.expected, value.assessment) == (0, 2, "not_assessed")


async def test_trap_01_a_share_above_the_whole_is_not_judged(projection: Projection, catalogue: Catalogue) -> None:
    entrants = {"n_vet_new_total": 100, "n_vet_new_female": 130}
    assert await judged(projection, catalogue, "B12-NGHE", "SO_GDDT", "2025", "5.3", entrants) == (130, "not_assessed")
    value = await projection.value("5.3", "2025")
    assert value.above_whole and value.value == 130

    pupils: dict[str, Any] = {"gender_curriculum_in_place": 1}
    for sex, completed in (("male", 110), ("female", 80)):
        for level in ("primary", "lsec"):
            pupils |= {f"n_em_{level}_cohort|sex={sex}": 100, f"n_em_{level}_completed|sex={sex}": completed}
    assert await judged(projection, catalogue, "B11-GD", "SO_GDDT", "2025", "5.2a", pupils) == (95, "not_assessed")
    value = await projection.value("5.2a", "2025")
    assert value.above_whole and {p.category: p.meets for p in value.parts} == {"male": None, "female": False}


async def test_trap_01_extreme_numbers_are_no_dead_letter(projection: Projection, catalogue: Catalogue) -> None:
    births = {"n_live_births": 1, "n_maternal_deaths": 10**12, "n_lgbt_pilot_facilities": 0}
    assert (await judged(projection, catalogue, "B10-YTE", "SO_Y_TE", "2026", "4.2", births))[0] == 10**17
    hours = {"total_unpaid_hours_female": "999999999999.999999", "n_persons_unpaid_female": 1}
    hours |= {"total_unpaid_hours_male": "0.000001", "n_persons_unpaid_male": 10**12}
    writer = EventWriter(catalogue)
    o, opened = writer.open("B06-KT", "SO_TAI_CHINH", "2025")
    await projection.deliver([opened, writer.submit(o, hours)])
    assert (await projection.value("3.1", "2025")).value == Decimal("999999999999999999") * 10**12


async def test_trap_02_ratio_of_means(projection: Projection, catalogue: Catalogue) -> None:
    """3.1 divides two means of persons; hours and persons are summed apart."""
    hours = dict.fromkeys(["n_directors_total", "n_master_total", "n_phd_total"], 10)
    hours |= dict.fromkeys(["n_female_directors", "n_master_female", "n_phd_female"], 5)
    hours |= {"total_unpaid_hours_female": 3100, "n_persons_unpaid_female": 200}
    hours |= {"total_unpaid_hours_male": 860, "n_persons_unpaid_male": 100}
    value, assessment = await judged(projection, catalogue, "B06-KT", "SO_TAI_CHINH", "2025", "3.1", hours)
    assert value == Decimal("1.802326")
    assert assessment == "not_met"


async def test_trap_03_lower_is_better_with_a_floor(projection: Projection, catalogue: Catalogue) -> None:
    """4.1: 110 meets ≤ 111, 112 does not, 100 is suspect data and no success."""
    writer = EventWriter(catalogue)
    o, opened = writer.open("B01-XA", NEW, "2025")
    await projection.deliver([opened])
    for boys, expected, suspect in ((110, "met", False), (112, "not_met", False), (100, "not_assessed", True)):
        await projection.deliver([writer.submit(o, commune_answer(n_live_births_male=boys, n_live_births_female=100))])
        value = await projection.value("4.1", "2025")
        assert (value.assessment, value.below_floor) == (expected, suspect), boys


async def test_trap_04_strict_operators(projection: Projection, catalogue: Catalogue) -> None:
    """ "dưới 30 %" is not met by 30 %, "trên 30 %" neither, "còn 18" is met by 18 and "dưới 18" is not."""
    work = {"n_female_employed": 100, "n_female_wage_workers": 50, "n_female_employed_agri": 30}
    assert await judged(projection, catalogue, "B05-LD", "SO_NOI_VU", "2025", "2.2", work) == (30, "not_met")
    assert (await projection.value("2.1", "2025")).assessment == "met"
    entrants = {"n_vet_new_total": 100, "n_vet_new_female": 30}
    assert await judged(projection, catalogue, "B12-NGHE", "SO_GDDT", "2025", "5.3", entrants) == (30, "not_met")
    women = commune_answer(n_adolescent_births=18, n_adolescent_women=1000)
    for year, expected in (("2025", "met"), ("2030", "not_met")):
        assert await judged(projection, catalogue, "B01-XA", NEW, year, "4.3", women) == (18, expected)


async def test_trap_05_zero_of_zero(projection: Projection, catalogue: Catalogue) -> None:
    """No trafficking victim needed support: không phát sinh, neither 0 % nor 100 %."""
    nobody = {"n_trafficking_victims_needing": 0, "n_trafficking_victims_supported": 0}
    nobody |= {"n_public_social_facilities": 2, "n_facilities_gbv_active": 1}
    assert await judged(projection, catalogue, "B09-BTXH", "SO_Y_TE", "2026", "3.3", nobody) == (None, "not_applicable")
    assert (await projection.value("3.4", "2026")).value == 50

    writer = EventWriter(catalogue)
    o, opened = writer.open("B01-XA", NEW, "2026")
    await projection.deliver([opened, writer.submit(o, commune_answer())])
    levels = {part.category for part in (await projection.value("1.1", "2026")).parts}
    assert levels == {"commune"}, "there is no district level since 1 July 2025: no 0 % for it"


async def test_trap_06_two_owners(projection: Projection, catalogue: Catalogue) -> None:
    """3.2 is complete only with both owners' parts, even while the second was never opened."""
    writer = EventWriter(catalogue)

    def part(kind: str, detected: int, served: int) -> dict[str, int]:
        names = ["n_victims_detected", "n_victims_served"]
        names += ["n_perpetrators_detected_noncriminal", "n_perpetrators_counselled"]
        return dict(zip((f"{name}|violence_type={kind}" for name in names), (detected, served) * 2, strict=True))

    first, opened = writer.open("B07-BLG", "SO_NOI_VU", "2025")
    await projection.deliver([opened, writer.submit(first, part("BLG", 10, 10))])
    value = await projection.value("3.2a", "2025")
    assert (value.value, value.reported, value.expected, value.assessment) == (100, 1, 2, "not_assessed")
    own = await projection.value("3.2a", "2025", unit="SO_NOI_VU")
    assert (own.value, own.reported, own.expected, own.assessment) == (100, 1, 1, "met")

    second, opened = writer.open("B08-BLGD", "SO_VHTTDL", "2025")
    await projection.deliver([opened, writer.submit(second, part("BLGD", 30, 20))])
    value = await projection.value("3.2a", "2025")
    assert (value.value, value.reported, value.expected, value.assessment) == (75, 2, 2, "not_met")
    assert {p.category: str(p.value) for p in value.parts} == {"BLG": "100", "BLGD": "66.666667"}


async def test_trap_07_partly_met(projection: Projection, catalogue: Catalogue) -> None:
    """5.2a holds for boys and girls separately; 1.1 can be met at one level only."""
    pupils = {"gender_curriculum_in_place": 1}
    for sex, completed in (("male", 99), ("female", 85)):
        for level in ("primary", "lsec"):
            pupils |= {f"n_em_{level}_cohort|sex={sex}": 100, f"n_em_{level}_completed|sex={sex}": completed}
    assert await judged(projection, catalogue, "B11-GD", "SO_GDDT", "2025", "5.2a", pupils) == (92, "partly_met")

    writer = EventWriter(catalogue)
    batch = []
    for form, unit, flag in (("B04-CQ", "SO_TU_PHAP", 1), ("B01-XA", NEW, 0), ("B01-XA", OTHER, 0)):
        o, opened = writer.open(form, unit, "2025")
        answer = commune_answer(female_key_leader=flag)
        fields = {f.element for f in catalogue.forms[form].fields}
        batch += [opened, writer.submit(o, {name: n for name, n in answer.items() if name in fields})]
    await projection.deliver(batch)
    assert (await projection.value("1.1", "2025")).assessment == "partly_met"


async def test_trap_08_every_quarter_not_sixteen_a_year(projection: Projection, catalogue: Catalogue) -> None:
    """3 + 16 + 16 + 16 items are 51 in the year and still a failure; in 2025 the old communes' quarters count."""
    writer = EventWriter(catalogue)
    batch = []
    for unit, counts in ((NEW, (4, 4, 4, 4)), (OTHER, (3, 16, 16, 16))):
        for quarter, items in enumerate(counts, 1):
            o, opened = writer.open("B02-XA-Q", unit, f"2026-Q{quarter}")
            batch += [opened, writer.submit(o, {"n_items_in_quarter": items})]
    await projection.deliver(batch)
    value = await projection.value("6.3", "2026")
    assert (value.value, value.reported, value.expected, value.assessment) == (50, 2, 2, "not_met")
    assert (await projection.value("6.3", "2026-Q1")).value == 50
    assert (await projection.value("6.3", "2026-Q2")).value == 100

    batch = []
    for of_2025 in ("2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"):
        new = of_2025 in ("2025-Q3", "2025-Q4")
        old_or_new = [OTHER] if new else [f"{code}@2021-01-01" for code in ("24611", "24612", "24619", "24622")]
        for commune in old_or_new:
            o, opened = writer.open("B02-XA-Q", commune, of_2025)
            batch += [opened, writer.submit(o, {"n_items_in_quarter": 4})]
    await projection.deliver(batch)
    assert (await projection.value("6.3", "2025")).value == 100
    await projection.deliver(
        [writer.submit(writer.find("B02-XA-Q", "24619@2021-01-01", "2025-Q2"), {"n_items_in_quarter": 3})]
    )
    assert (await projection.value("6.3", "2025")).value == 0


async def test_trap_09_national_only_and_milestone(projection: Projection, catalogue: Catalogue) -> None:
    """4.4: one facility meets the province's part, whatever the national 40 % are; 5.1 is yes or no, no rate."""
    health = {"n_live_births": 10000, "n_maternal_deaths": 4, "n_lgbt_pilot_facilities": 1}
    assert await judged(projection, catalogue, "B10-YTE", "SO_Y_TE", "2025", "4.4", health) == (1, "met")
    assert (await projection.value("4.2", "2025")).value == 40
    value = await projection.value("4.4", "2025")
    assert (value.numerator, value.denominator) == (1, None)


async def test_trap_13_restatement_keeps_the_old_value(projection: Projection, catalogue: Catalogue) -> None:
    """The yearly report stays reproducible: `as_of` finds what stood when it was made."""
    writer = EventWriter(catalogue)
    o, opened = writer.open("B12-NGHE", "SO_GDDT", "2026")
    await projection.deliver([opened, writer.submit(o, {"n_vet_new_total": 100, "n_vet_new_female": 35})])
    reported_at = datetime.now(UTC)
    await projection.deliver([writer.submit(o, {"n_vet_new_total": 100, "n_vet_new_female": 28})])
    key = ValueKey("5.3", "DAK_NONG", "2026", "received")
    async with projection.engine.connect() as tx:
        now = await indicator_values.values_of(tx, unit=key.unit, basis="received", periods=["2026"])
        then = await indicator_values.values_of(
            tx, unit=key.unit, basis="received", periods=["2026"], as_of=reported_at
        )
        before = await indicator_values.values_of(
            tx, unit=key.unit, basis="received", periods=["2026"], as_of=reported_at - timedelta(hours=1)
        )
        history = await indicator_values.history(
            tx, measures=["5.3"], unit=key.unit, period="2026", basis="received", limit=10
        )
    assert (now[key].value, then[key].value) == (Decimal(28), Decimal(35)) and not before
    assert [value.value for _, _, value in history] == [28, 35]


async def test_trap_14_an_obligation_of_a_unit_that_did_not_reach_the_cut_off(
    projection: Projection, catalogue: Catalogue
) -> None:
    """Opened for 71 communes, then for the 28 that replaced them: 28 are expected, and only they count."""
    writer = EventWriter(catalogue)
    old = [u.key for u in catalogue.units_on(date(2024, 12, 14)) if u.level == "commune"]
    new = [u.key for u in catalogue.units_on(date(2025, 12, 14)) if u.level == "commune"]
    assert (len(old), len(new)) == (71, 28)
    for form, period in (("B01-XA", "2025"), ("B02-XA-Q", "2025-Q3")):
        await projection.deliver([writer.open(form, unit, period)[1] for unit in old + new])
    answers = [
        writer.submit(o, commune_answer()) for o in writer.obligations if o.form == "B01-XA" and o.unit in old[:3]
    ]
    await projection.deliver(answers)
    value = await projection.value("6.1", "2025")
    assert (value.value, value.reported, value.expected) == (None, 0, 28)
    assert (await projection.value("6.3", "2025")).expected == (await projection.value("6.3", "2025-Q3")).expected == 28


async def test_trap_14_a_catalogue_that_learns_of_the_reorganisation_later(
    projection: Projection, catalogue: Catalogue
) -> None:
    """The 71 stood in the sums of 2025; the worker that starts with this catalogue takes them out."""
    units = {
        k: replace(u, valid_to=None, successors=()) if u.level == "commune" else u for k, u in catalogue.units.items()
    }
    earlier = replace(catalogue, units={k: u for k, u in units.items() if not k.endswith("@2025-07-01")})
    writer = EventWriter(earlier)
    before = Projection(projection.engine, Aggregator(PlanIndex(earlier), Clock()), earlier)
    await before.deliver([*writer.open_period("2025", ["B01-XA"]), *writer.open_period("2025-Q3")])
    await before.deliver([writer.submit(writer.obligations[0], commune_answer())])
    assert (await before.value("6.1", "2025")).expected == (await before.value("6.3", "2025-Q3")).expected == 71
    await projection.deliver(
        [*EventWriter(catalogue).open_period("2025", ["B01-XA"]), *EventWriter(catalogue).open_period("2025-Q3")]
    )
    assert await leave_out(projection.engine, PlanIndex(catalogue), Clock()) > 71
    assert await leave_out(projection.engine, PlanIndex(catalogue), Clock()) == 0
    value = await projection.value("6.1", "2025")
    assert (value.value, value.reported, value.expected) == (None, 0, 28)
    for period in ("2025", "2025-Q3"):
        assert (await projection.value("6.3", period)).expected == 28, period


async def test_trap_15_missing_units_are_shown(projection: Projection, catalogue: Catalogue) -> None:
    """One of 28 communes reported 100 %: the value stands with 1/28 and is not judged."""
    writer = EventWriter(catalogue)
    await projection.deliver(writer.open_period("2025", ["B01-XA"]))
    answer = commune_answer(n_people_reached=100)
    await projection.deliver([writer.submit(writer.obligations[0], answer)])
    value = await projection.value("6.1", "2025")
    assert (value.value, value.reported, value.expected, value.assessment) == (100, 1, 28, "not_assessed")
    await projection.deliver([writer.submit(o, answer) for o in writer.obligations[1:]])
    assert (await projection.value("6.1", "2025")).assessment == "met"
