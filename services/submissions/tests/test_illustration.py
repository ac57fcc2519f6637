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
    duties = [obligation_id for period in periods for obligation_id in catalogue.forms_owed(period)]
    assert len(duties) > 50
    for obligation_id in duties:
        unit = catalogue.unit(obligation_id.unit)
        entries = []
        for field in catalogue.forms[obligation_id.form].fields:
            category = next(iter(field.disaggregation.values()), None)
            value = illustration.value(unit, field.element, category, year, obligation_id.period.quarter)
            entries.append(ObservationEntry(field.element, str(value), field.disaggregation))
        violations = check_observations(rules[obligation_id.form], entries)[1]
        assert not violations, (obligation_id, [f.text.en for f in violations])
