"""What the demo invents for elements it does not know would be taken in."""

from decimal import Decimal
from pathlib import Path

import pytest

from shared.catalogue import PACKAGED_PLAN, Catalogue, load
from submissions.rules.checks.observations import check_observations
from submissions.rules.form import rules_of
from submissions.rules.observation import ObservationEntry
from tiendo_local.demo.plausible import plausible

ROOT = Path(__file__).parents[4]
OTHER_PLAN = ROOT / "shared" / "tests" / "catalogue" / "other_plan"


def value(catalogue: Catalogue, element: str, category: str | None, seed: tuple[object, ...]) -> Decimal:
    return plausible(catalogue, element, category, seed, lambda other, part: value(catalogue, other, part, seed))


@pytest.mark.parametrize("plan", [PACKAGED_PLAN, OTHER_PLAN], ids=lambda plan: plan.name)
@pytest.mark.parametrize("seed", [("a", 2024, None), ("b", 2025, 3), ("c", 2026, None)])
def test_every_form_passes_its_checks(plan: Path, seed: tuple[object, ...]) -> None:
    catalogue = load(plan)
    for form, rules in rules_of(catalogue).items():
        entries = []
        for field in catalogue.forms[form].fields:
            category = next(iter(field.disaggregation.values()), None)
            figure = value(catalogue, field.element, category, seed)
            entries.append(ObservationEntry(field.element, str(figure), field.disaggregation))
        assert check_observations(rules, entries)[1] == []


def test_a_figure_is_always_the_same_and_another_unit_has_another() -> None:
    catalogue = load(OTHER_PLAN)
    first, again, other = (value(catalogue, "n_children", "urban", (unit, 2026)) for unit in ("a", "a", "b"))
    assert first == again != other
