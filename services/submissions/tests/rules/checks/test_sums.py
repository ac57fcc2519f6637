"""Rules between the cells of one report."""

import pytest

from services.submissions.tests.reports import SEX, codes, entries
from submissions.rules.checks.observations import check_observations
from submissions.rules.checks.sums import warn_floors
from submissions.rules.form import FormRules
from submissions.rules.observation import ObservationEntry


@pytest.mark.parametrize(
    ("hours", "persons", "expected"),
    [
        ("16.13", "1000", ["hours_look_like_mean"]),
        ("999.9", "1000", ["hours_look_like_mean"]),
        ("1000", "1000", []),
        ("16130", "1000", []),
        ("168000", "1000", []),
        ("168000.1", "1000", ["hours_above_possible"]),
        ("0", "0", ["hours_look_like_mean"]),
        ("1", "0", ["hours_above_possible"]),
    ],
)
def test_total_hours_are_no_mean(rules: dict[str, FormRules], hours: str, persons: str, expected: list[str]) -> None:
    form = rules["B06-KT"]
    values = {f.element.id: "10" for f in form.fields}
    values |= {"total_unpaid_hours_female": hours, "n_persons_unpaid_female": persons}
    violations = check_observations(form, [ObservationEntry(m, v) for m, v in values.items()])[1]
    assert [f.code for f in violations] == expected
    place = list(values).index("total_unpaid_hours_female")
    assert all(f.pointer == f"/observations/{place}/value" for f in violations)


def test_adolescent_births_are_within_adolescent_women(commune: FormRules) -> None:
    given = entries(n_adolescent_births="500", n_adolescent_women="10")
    assert codes(commune, given) == [("numerator_above_denominator", "/observations/3/value")]


def test_parts_that_add_up_are_taken(commune: FormRules) -> None:
    parts = [ObservationEntry("population", "4000", {"sex": "male"}), ObservationEntry("population", "4123", SEX)]
    assert codes(commune, entries(*parts)) == []
    wrong = [ObservationEntry("population", "4000", {"sex": "male"}), ObservationEntry("population", "4124", SEX)]
    assert codes(commune, entries(*wrong)) == [("parts_do_not_add_up", "/observations/6/value")]


def test_a_sex_ratio_below_its_floor_is_a_warning(commune: FormRules) -> None:
    def warned(boys: str) -> list[str]:
        observations, faults = check_observations(commune, entries(n_live_births_male=boys))
        assert faults == []
        return [w.code for w in warn_floors(commune, {(o.measure, o.key): o for o in observations})]

    assert warned("57") == ["ratio_below_floor"]
    assert warned("58") == []
