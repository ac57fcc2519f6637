"""From the answers of a form to facts."""

from decimal import Decimal
from fractions import Fraction

import pytest

from aggregation.rules.assessment import meets
from aggregation.rules.fact import Fact, facts, total
from aggregation.rules.observation import ReportedObservation
from aggregation.rules.plan import PlanIndex, UnknownWord
from aggregation.rules.revision import Revision
from shared.catalogue import Catalogue
from shared.events import Status


def test_facts_of_a_form_without_an_answer_are_expected(plan: PlanIndex) -> None:
    by_key = facts(plan, "B11-GD", "SO_GDDT", None)
    assert by_key[("n_em_primary_cohort.5.2a", "")] == Fact()
    assert by_key[("n_em_primary_cohort.5.2a", "sex=male")] == Fact()
    assert all(fact == Fact() for fact in by_key.values())


def answered(form: str, **values: object) -> Revision:
    """`values`: element (or element__dim__cat) → number, None (không phát sinh) or "missing"."""
    observations = []
    for name, given_ in values.items():
        element, *part = name.split("__")
        status: Status = "missing" if given_ == "missing" else "not_applicable" if given_ is None else "final"
        value = Decimal(str(given_)) if status == "final" else None
        observations.append(ReportedObservation(element, "=".join(part), value, status))
    return Revision(1, "received", 1, observations=tuple(observations))


def test_optional_cells_count_only_when_given(plan: PlanIndex) -> None:
    unit = "24736@2025-07-01"
    assert ("population.6.1", "sex=male") not in facts(plan, "B01-XA", unit, None)
    one = facts(plan, "B01-XA", unit, answered("B01-XA", population__sex__male=5))
    assert ("population.6.1", "sex=male") not in one, "of how many is not said"
    by_key = facts(plan, "B01-XA", unit, answered("B01-XA", population__sex__male=5, n_people_reached__sex__male=4))
    assert by_key[("population.6.1", "sex=male")] == Fact(Decimal(5), "final", False)
    assert by_key[("population.6.1", "")].status is None


def test_missing_is_not_zero_and_leaves_the_other_side_unanswered_too(plan: PlanIndex) -> None:
    answer = answered("B12-NGHE", n_vet_new_total="missing", n_vet_new_female=0)
    by_key = facts(plan, "B12-NGHE", "SO_GDDT", answer)
    assert by_key == {("n_vet_new_total.5.3", ""): Fact(), ("n_vet_new_female.5.3", ""): Fact()}


def test_an_element_of_two_measures_is_answered_for_each_alone(plan: PlanIndex) -> None:
    answer = answered("B05-LD", n_female_employed=100, n_female_wage_workers="missing", n_female_employed_agri=30)
    by_key = facts(plan, "B05-LD", "SO_NOI_VU", answer)
    assert by_key[("n_female_employed.2.1", "")] == Fact()
    assert by_key[("n_female_employed.2.2", "")] == Fact(Decimal(100), "final")


def test_a_total_of_categories_is_paired_per_category(plan: PlanIndex) -> None:
    """Boys without their cohort, girls without their completers: nothing at all, neither by sex nor together."""
    answer = answered("B11-GD", n_em_primary_completed__sex__male=5, n_em_primary_cohort__sex__female=9)
    by_key = facts(plan, "B11-GD", "SO_GDDT", answer)
    assert {fact for (name, _), fact in by_key.items() if name.endswith(".5.2a")} == {Fact()}


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
        by_key = facts(plan, "B09-BTXH", "SO_Y_TE", answered("B09-BTXH", **values))
        assert by_key[("n_trafficking_victims_supported.3.3", "")] == Fact(None, "not_applicable")


def test_a_flag_is_copied_to_its_level(plan: PlanIndex) -> None:
    by_key = facts(plan, "B03-HUYEN", "660@2021-01-01", None)
    assert ("female_key_leader", "admin_level=district") in by_key


def test_a_field_of_another_form_is_refused(plan: PlanIndex) -> None:
    answer = (ReportedObservation("n_live_births", "", Decimal(1), "final"),)
    revision = Revision(1, "received", 1, observations=answer)
    with pytest.raises(UnknownWord, match="has no field n_live_births"):
        facts(plan, "B12-NGHE", "SO_GDDT", revision)


def test_total_of_categories() -> None:
    one, two, none = Fact(Decimal(1), "final"), Fact(Decimal(2), "estimate"), Fact(None, "not_applicable")
    assert total([one, two]) == Fact(Decimal(3), "estimate")
    assert total([one, none]) == Fact(Decimal(1), "final")
    assert total([none, none]) == none
    assert total([one, Fact()]) == Fact()


def test_strict_operators_of_the_plan_refuse_the_limit_itself(catalogue: Catalogue) -> None:
    agriculture = catalogue.measures["2.2"].target_for(2025)
    primary = catalogue.measures["5.2a"].target_for(2025)
    assert agriculture is not None and primary is not None
    assert not meets(Fraction(30), agriculture) and meets(Fraction("29.999"), agriculture)
    assert not meets(Fraction(90), primary) and meets(Fraction("90.001"), primary)
