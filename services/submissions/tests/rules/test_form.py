"""The rules of a form are those of the catalogue."""

from shared.catalogue import Catalogue
from submissions.rules.form import FormRules


def test_every_form_of_the_catalogue_has_its_rules(catalogue: Catalogue, rules: dict[str, FormRules]) -> None:
    assert set(rules) == set(catalogue.forms)
    for code, form in rules.items():
        asked = [(field.element, field.key) for field in catalogue.forms[code].fields]
        assert [field.cell for field in form.fields] == asked
        on_form = set(form.elements)
        for part, whole in (*form.shares, *form.pairs):
            assert {part, whole} <= on_form
        for ratio in form.ratios:
            assert {ratio.numerator, ratio.denominator} <= on_form


def test_a_label_names_the_categories(rules: dict[str, FormRules]) -> None:
    form = rules["B11-GD"]
    girls = form.label(("n_em_primary_cohort", "sex=female"))
    assert girls.vi.endswith(" (Nữ)") and girls.en.endswith(" (Female)")
    assert "(" not in rules["B01-XA"].label(("population", "")).vi
