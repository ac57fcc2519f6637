"""The bands of an element: its own, else those of its kind."""

from decimal import Decimal

from shared.catalogue import Catalogue, load
from shared.catalogue.element import NO_BANDS, LastYearBand

from ...plan_copy import PlanCopy


def test_an_element_says_one_band_and_has_the_other_from_its_kind(catalogue: Catalogue) -> None:
    own, usual = catalogue.elements["population"].bands, catalogue.elements["n_orgs_total"].bands
    assert own.last_year == LastYearBand(Decimal("0.5"), Decimal(2), Decimal(1000))
    assert usual.last_year == LastYearBand(Decimal("0.2"), Decimal(5), Decimal(50))
    assert own.like_units == usual.like_units is not None


def test_a_flag_and_a_plan_without_bands_have_none(catalogue: Catalogue, plan_copy: PlanCopy) -> None:
    assert catalogue.elements["female_key_leader"].bands == NO_BANDS
    text = (plan_copy.folder / "elements.yaml").read_text(encoding="utf-8")
    kept = "".join(line for line in text.splitlines(keepends=True) if "{kind: " not in line and line != "bands:\n")
    (plan_copy.folder / "elements.yaml").write_text(kept, encoding="utf-8")
    bare = load(plan_copy.folder)
    assert bare.elements["n_orgs_total"].bands == NO_BANDS
    population = bare.elements["population"].bands
    assert population.last_year and population.like_units is None
