"""The pure rules, each on its own."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation.rules import derived
from aggregation.rules.assessment import FigurePart, assess, combine, meets
from aggregation.rules.fact import Fact, facts, total
from aggregation.rules.formula import CellSum, Figure, figure, to_decimal
from aggregation.rules.plan import PlanIndex, UnknownWord
from aggregation.rules.progress_to_target import progress_to_target
from aggregation.rules.revision import ReportedObservation, Revision, counting, merge
from shared.catalogue import Catalogue, Target
from shared.events import Status

CONTENT = (ReportedObservation("n_vet_new_total", "", Decimal(10), "final"),)


def cell(value: int | None, reported: int = 1, expected: int = 1, estimates: int = 0, valued: int = 1) -> CellSum:
    number = None if value is None else Decimal(value)
    return CellSum(number, 0 if value is None else valued, reported, expected, estimates)


def full(value: Fraction | int | str | None) -> Figure:
    return Figure(None if value is None else Fraction(value), reported=1, expected=1)


# revision


def test_received_is_the_latest_unless_it_is_out() -> None:
    first = Revision(1, "accepted", 3, observations=CONTENT, was_accepted=True)
    second = Revision(2, "received", 4, observations=CONTENT)
    assert counting([second, first]) == {"received": second, "accepted": first}
    out = replace(second, state="returned", version=5)
    assert counting([first, out]) == {"received": None, "accepted": first}
    gone = replace(first, state="withdrawn", version=6)
    assert counting([gone]) == {"received": None, "accepted": None}
    assert counting([]) == {"received": None, "accepted": None}


def test_a_returned_acceptance_does_not_bring_back_what_it_replaced() -> None:
    first = Revision(1, "accepted", 3, observations=CONTENT, was_accepted=True)
    accepted = Revision(2, "accepted", 5, was_accepted=True)
    for returned in permutations([Revision(2, "received", 4, observations=CONTENT), accepted,
                                  Revision(2, "returned", 6)]):  # fmt: skip
        second = merge(merge(returned[0], returned[1]), returned[2])
        assert counting([first, second]) == {"received": None, "accepted": None}
    third = Revision(3, "accepted", 8, observations=CONTENT, was_accepted=True)
    assert counting([first, replace(accepted, state="returned"), third])["accepted"] == third
    gone = replace(first, state="returned", version=9)
    assert counting([gone, replace(third, number=2)])["accepted"] == replace(third, number=2)


def test_a_decision_that_overtakes_its_report_waits_for_the_content() -> None:
    decision = Revision(1, "accepted", 3, uuid4(), was_accepted=True)
    assert counting([decision])["accepted"] is None
    report = Revision(1, "received", 2, decision.submission_id, CONTENT, illustrative=True)
    for order in permutations([decision, report, decision, report]):
        known = order[0]
        for news in order[1:]:
            known = merge(known, news)
        assert known == Revision(1, "accepted", 3, decision.submission_id, CONTENT, True, True)


# fact


def test_facts_of_a_form_without_an_answer_are_expected(plan: PlanIndex) -> None:
    found = facts(plan, "B11-GD", "SO_GDDT", None)
    assert found[("n_em_primary_cohort.5.2a", "")] == Fact()
    assert found[("n_em_primary_cohort.5.2a", "sex=male")] == Fact()
    assert all(fact == Fact() for fact in found.values())


def answered(form: str, **values: object) -> Revision:
    """`values`: element (or element__dim__cat) → number, None (không phát sinh) or "missing"."""
    told = []
    for name, given_ in values.items():
        element, *part = name.split("__")
        status: Status = "missing" if given_ == "missing" else "not_applicable" if given_ is None else "final"
        value = Decimal(str(given_)) if status == "final" else None
        told.append(ReportedObservation(element, "=".join(part), value, status))
    return Revision(1, "received", 1, observations=tuple(told))


def test_optional_cells_count_only_when_given(plan: PlanIndex) -> None:
    unit = "24736@2025-07-01"
    assert ("population.6.1", "sex=male") not in facts(plan, "B01-XA", unit, None)
    one = facts(plan, "B01-XA", unit, answered("B01-XA", population__sex__male=5))
    assert ("population.6.1", "sex=male") not in one, "of how many is not said"
    found = facts(plan, "B01-XA", unit, answered("B01-XA", population__sex__male=5, n_people_reached__sex__male=4))
    assert found[("population.6.1", "sex=male")] == Fact(Decimal(5), "final", False)
    assert found[("population.6.1", "")].status is None


def test_missing_is_not_zero_and_leaves_the_other_side_unanswered_too(plan: PlanIndex) -> None:
    answer = answered("B12-NGHE", n_vet_new_total="missing", n_vet_new_female=0)
    found = facts(plan, "B12-NGHE", "SO_GDDT", answer)
    assert found == {("n_vet_new_total.5.3", ""): Fact(), ("n_vet_new_female.5.3", ""): Fact()}


def test_an_element_of_two_measures_is_answered_for_each_alone(plan: PlanIndex) -> None:
    answer = answered("B05-LD", n_female_employed=100, n_female_wage_workers="missing", n_female_employed_agri=30)
    found = facts(plan, "B05-LD", "SO_NOI_VU", answer)
    assert found[("n_female_employed.2.1", "")] == Fact()
    assert found[("n_female_employed.2.2", "")] == Fact(Decimal(100), "final")


def test_a_total_of_categories_is_paired_per_category(plan: PlanIndex) -> None:
    """Boys without their cohort, girls without their completers: nothing at all, neither by sex nor together."""
    answer = answered("B11-GD", n_em_primary_completed__sex__male=5, n_em_primary_cohort__sex__female=9)
    found = facts(plan, "B11-GD", "SO_GDDT", answer)
    assert {fact for (name, _), fact in found.items() if name.endswith(".5.2a")} == {Fact()}


@pytest.mark.parametrize(
    ("form", "unit", "name", "values"),
    [
        ("B12-NGHE", "SO_GDDT", "n_vet_new_female.5.3", {"n_vet_new_total": None, "n_vet_new_female": 7}),
        ("B01-XA", "24736@2025-07-01", "female_key_leader", {"female_key_leader": None}),
        ("B11-GD", "SO_GDDT", "gender_curriculum_in_place", {"gender_curriculum_in_place": None}),
        ("B01-XA", "24736@2025-07-01", "population.6.1", {"population": None, "n_people_reached": None}),
        ("B10-YTE", "SO_Y_TE", "n_live_births.4.2", {"n_live_births": 10, "n_maternal_deaths": None}),
        (
            "B09-BTXH",
            "SO_Y_TE",
            "n_trafficking_victims_supported.3.3",
            {"n_trafficking_victims_needing": None, "n_trafficking_victims_supported": 2},
        ),
    ],
)
def test_an_absurd_khong_phat_sinh_is_no_answer(
    plan: PlanIndex, form: str, unit: str, name: str, values: dict[str, object]
) -> None:
    assert facts(plan, form, unit, answered(form, **values))[(name, "")] == Fact()


def test_no_victims_at_all_is_an_answer(plan: PlanIndex) -> None:
    names = ("n_trafficking_victims_needing", "n_trafficking_victims_supported")
    for needing in (None, 3):
        values = dict(zip(names, (needing, None), strict=True))
        found = facts(plan, "B09-BTXH", "SO_Y_TE", answered("B09-BTXH", **values))
        assert found[("n_trafficking_victims_supported.3.3", "")] == Fact(None, "not_applicable")


def test_a_flag_is_copied_to_its_level(plan: PlanIndex) -> None:
    found = facts(plan, "B03-HUYEN", "660@2021-01-01", None)
    assert ("female_key_leader", "admin_level=district") in found


def test_a_field_of_another_form_is_refused(plan: PlanIndex) -> None:
    with pytest.raises(UnknownWord, match="has no field n_live_births"):
        answer = (ReportedObservation("n_live_births", "", Decimal(1), "final"),)
        facts(plan, "B12-NGHE", "SO_GDDT", Revision(1, "received", 1, observations=answer))


def test_total_of_categories() -> None:
    one, two, none = Fact(Decimal(1), "final"), Fact(Decimal(2), "estimate"), Fact(None, "not_applicable")
    assert total([one, two]) == Fact(Decimal(3), "estimate")
    assert total([one, none]) == Fact(Decimal(1), "final")
    assert total([none, none]) == none
    assert total([one, Fact()]) == Fact()


# derived


def test_quarters_of_2025_are_those_of_all_predecessors(catalogue: Catalogue) -> None:
    target = derived.JudgedUnit("24611@2025-07-01", "2025")
    old = ["24611", "24612", "24619", "24622"]
    wanted = {(f"{code}@2021-01-01", quarter) for code in old for quarter in ("2025-Q1", "2025-Q2")}
    wanted |= {("24611@2025-07-01", "2025-Q3"), ("24611@2025-07-01", "2025-Q4")}
    assert {(p.unit, p.period) for p in derived.parts(catalogue, target)} == wanted
    for part in derived.parts(catalogue, target):
        assert target in derived.judged_units(catalogue, part.unit, part.period)
    year = derived.parts(catalogue, derived.JudgedUnit("24611@2025-07-01", "2026"))
    assert [(p.unit, p.period) for p in year] == [("24611@2025-07-01", f"2026-Q{n}") for n in (1, 2, 3, 4)]


def test_enough_in_every_quarter() -> None:
    def counts(*values: int) -> list[Fact | None]:
        return [Fact(Decimal(value), "final") for value in values]

    four = Decimal(4)
    assert derived.flag(counts(4, 4, 5, 9), four).value == 1
    assert derived.flag(counts(3, 16, 16, 16), four).value == 0
    assert derived.flag([*counts(4, 4, 4), None], four) == Fact()
    assert derived.flag([*counts(4), Fact(None, "not_applicable")], four).value == 0
    assert derived.flag([], four) == Fact()


# formula


def test_every_kind_of_measure(plan: PlanIndex) -> None:
    m = plan.measures
    births = {"n_live_births_male.4.1": cell(6109), "n_live_births_female.4.1": cell(5365)}
    assert figure(m["4.1"], births).value == Decimal("113.867661")
    assert figure(m["1.1"], {"female_key_leader": cell(12, 28, 28, valued=28)}).value == Decimal("42.857143")
    items = {"n_items_in_quarter.every_quarter": cell(27, 28, 28, valued=28)}
    assert figure(m["6.3"], items).value == Decimal("96.428571")
    hours = {
        "total_unpaid_hours_female.3.1": cell(3100),
        "n_persons_unpaid_female.3.1": cell(200),
        "total_unpaid_hours_male.3.1": cell(860),
        "n_persons_unpaid_male.3.1": cell(100),
    }
    mean = figure(m["3.1"], hours)
    assert (mean.numerator, mean.denominator, mean.value) == (Decimal("15.5"), Decimal("8.6"), Decimal("1.802326"))
    assert figure(m["4.4"], {"n_lgbt_pilot_facilities": cell(2)}).value == 2
    assert figure(m["5.1"], {"gender_curriculum_in_place": cell(1)}).value == 1
    assert figure(m["5.1"], {}).value is None


def test_numerator_and_denominator_of_different_units_give_no_value(plan: PlanIndex) -> None:
    cells = {"n_people_reached.6.1": cell(10, 2, 3), "population.6.1": cell(100, 3, 3)}
    found = figure(plan.measures["6.1"], cells)
    assert (found.value, found.reported, found.expected, found.complete) == (None, 2, 3, False)


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 10**6)), min_size=1, max_size=30))
def test_the_value_is_that_of_the_sums(plan: PlanIndex, pairs: list[tuple[int, int]]) -> None:
    top, bottom = sum(a for a, _ in pairs), sum(b for _, b in pairs)
    cells = {"n_people_reached.6.1": cell(top), "population.6.1": cell(bottom)}
    value = figure(plan.measures["6.1"], cells).value
    assert value is not None and abs(Fraction(value) - Fraction(100 * top, bottom)) <= Fraction(1, 2 * 10**6)


@given(st.fractions(min_value=-(10**9), max_value=10**9))
def test_rounding_is_half_up_to_six_places(exact: Fraction) -> None:
    value = to_decimal(exact)
    assert abs(Fraction(value) - exact) <= Fraction(1, 2 * 10**6)
    assert "E" not in str(value)


def test_extreme_totals_have_a_value(plan: PlanIndex) -> None:
    """No report that passes intake (up to 10^12, 6 decimals) may stop the worker."""
    most, least = Decimal(10**12), Decimal("0.000001")
    for top in (most, most * 100 - least, least):
        for bottom in (most, most * 100 - least, least):
            sides = {"n_maternal_deaths.4.2": top, "n_live_births.4.2": bottom}
            cells = {name: CellSum(value, 1, 1, 1) for name, value in sides.items()}
            value = figure(plan.measures["4.2"], cells).value
            exact = Fraction(100000) * Fraction(top) / Fraction(bottom)
            assert value is not None and abs(Fraction(value) - exact) <= Fraction(1, 2 * 10**6)
            assert "E" not in str(value)


# assessment


def test_comparison_is_exact_and_strict() -> None:
    assert not meets(Fraction(4999999, 100000), Target(2025, ">=", Decimal(50)))
    assert not meets(Fraction(30), Target(2025, "<", Decimal(30)))
    assert meets(Fraction(30), Target(2025, "<=", Decimal(30)))
    assert not meets(Fraction(90), Target(2025, ">", Decimal(90)))
    assert meets(Fraction(17, 10), Target(2025, "<=", Decimal("1.7")))


def test_strict_operators_of_the_plan_refuse_the_limit_itself(catalogue: Catalogue) -> None:
    agriculture = catalogue.measures["2.2"].target_for(2025)
    primary = catalogue.measures["5.2a"].target_for(2025)
    assert agriculture is not None and primary is not None
    assert not meets(Fraction(30), agriculture) and meets(Fraction("29.999"), agriculture)
    assert not meets(Fraction(90), primary) and meets(Fraction("90.001"), primary)


def test_not_judged_without_target_or_coverage(plan: PlanIndex) -> None:
    m = plan.measures["2.1"]
    assert assess(m, full(70), [], None) == "not_assessed"
    assert assess(m, Figure(Fraction(70), reported=1, expected=2), [], m.target_for(2025)) == "not_assessed"
    assert assess(m, Figure(), [], m.target_for(2025)) == "not_assessed"
    assert assess(m, full(50), [], m.target_for(2025)) == "met"


def test_levels_make_it_partly_met(plan: PlanIndex) -> None:
    m = plan.measures["1.1"]
    target = m.target_for(2025)

    def levels(**values: int | None) -> list[FigurePart]:
        return [FigurePart("admin_level", name, full(value)) for name, value in values.items()]

    assert assess(m, full(55), levels(province=70, commune=50), target) == "partly_met"
    assert assess(m, full(55), levels(province=55, commune=55), target) == "not_met"
    assert assess(m, full(61), levels(province=80, commune=50), target) == "partly_met"
    assert assess(m, full(61), levels(province=61, commune=60), target) == "met"
    assert assess(m, full(61), levels(province=61, district=None), target) == "met"
    assert assess(m, full(55), levels(province=55, district=None), target) == "not_met"


def test_each_sex_is_tested(plan: PlanIndex) -> None:
    m = plan.measures["5.2a"]
    target = m.target_for(2025)

    def sexes(male: int | None, female: int | None) -> list[FigurePart]:
        return [FigurePart("sex", "male", full(male)), FigurePart("sex", "female", full(female))]

    assert assess(m, full(95), sexes(95, 95), target) == "met"
    assert assess(m, full(95), sexes(99, 90), target) == "partly_met"
    assert assess(m, full(80), sexes(80, 80), target) == "not_met"
    assert assess(m, full(95), sexes(None, 95), target) == "met"


def test_an_indicator_of_two_measures() -> None:
    assert combine(["met", "met"]) == "met"
    assert combine(["met", "not_met"]) == "partly_met"
    assert combine(["not_met", "not_met"]) == "not_met"
    assert combine(["met", "not_assessed"]) == "not_assessed"
    assert combine(["met", "not_applicable"]) == "met"
    assert combine(["not_applicable"]) == "not_applicable"


def test_the_way_to_the_target(plan: PlanIndex) -> None:
    up = progress_to_target(plan.measures["6.1"], Decimal(40), (2025, 2030))
    assert up is not None and (up.percent, up.marks[0][0]) == (Decimal("50.0"), Decimal("75.0"))
    down = progress_to_target(plan.measures["4.3"], Decimal(18), (2025, 2030))
    assert down is not None and (down.start, down.percent) == (Decimal(23), Decimal("100.0"))
    ratio = progress_to_target(plan.measures["3.1"], Decimal("1.8"), (2025, 2030))
    assert ratio is not None and ratio.percent is not None and 0 < ratio.percent < ratio.marks[0][0] < 100
