"""The illustrative figures of the demonstration are right reports, every one of them."""

import pytest

from shared.catalogue import Catalogue, Period
from submissions.rules.checks.observations import check_observations
from submissions.rules.form import FormRules
from submissions.rules.observation import ObservationEntry
from tiendo_local.demo.illustration import YEARS, Illustration


@pytest.mark.parametrize("year", YEARS)
def test_every_illustrative_report_is_taken(catalogue: Catalogue, rules: dict[str, FormRules], year: int) -> None:
    illustration = Illustration(catalogue)
    periods = (Period(year), *Period(year).quarters)
    obligations = [owed for period in periods for owed in catalogue.forms_owed(period)]
    assert len(obligations) > 50
    for owed in obligations:
        unit = catalogue.unit(owed.unit)
        entries = []
        for field in catalogue.forms[owed.form].fields:
            category = next(iter(field.disaggregation.values()), None)
            value = illustration.value(unit, field.element, category, year, owed.period.quarter)
            entries.append(ObservationEntry(field.element, str(value), field.disaggregation))
        violations = check_observations(rules[owed.form], entries)[1]
        assert not violations, (owed, [f.text.en for f in violations])
