"""The illustrative figures of the demonstration are right reports, every one of them."""

import pytest

from shared.catalogue import Catalogue, Period
from submissions.rules.checks.observations import check_observations
from submissions.rules.form import FormRules
from submissions.rules.observation import Entry
from tiendo_local.demo.illustration import YEARS, Illustration


@pytest.mark.parametrize("year", YEARS)
def test_every_illustrative_report_is_taken(catalogue: Catalogue, rules: dict[str, FormRules], year: int) -> None:
    illustration = Illustration(catalogue)
    periods = (Period(year), *Period(year).quarters)
    duties = [duty for period in periods for duty in catalogue.forms_owed(period)]
    assert len(duties) > 50
    for duty in duties:
        unit = catalogue.unit(duty.unit)
        entries = []
        for field in catalogue.forms[duty.form].fields:
            category = next(iter(field.disaggregation.values()), None)
            value = illustration.value(unit, field.element, category, year, duty.period.quarter)
            entries.append(Entry(field.element, str(value), field.disaggregation))
        findings = check_observations(rules[duty.form], entries)[1]
        assert not findings, (duty, [f.text.en for f in findings])
