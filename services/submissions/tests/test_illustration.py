"""The illustrative figures of the demonstration are right reports, every one of them."""

from decimal import Decimal
from statistics import quantiles

import pytest

from shared.catalogue import Catalogue, OwedForm, Period
from submissions.rules.checks.observations import check_observations
from submissions.rules.checks.plausibility import Spread, Yardsticks, doubts
from submissions.rules.form import Cell, FormRules
from submissions.rules.observation import ObservationEntry
from tiendo_local.demo.illustration import YEARS, Illustration


@pytest.mark.parametrize("year", YEARS)
def test_every_illustrative_report_is_taken(catalogue: Catalogue, rules: dict[str, FormRules], year: int) -> None:
    illustration = Illustration(catalogue)
    periods = (Period(year), *Period(year).quarters)
    obligations = [owed for period in periods for owed in catalogue.forms_owed(period)]
    assert len(obligations) > 50
    for owed in obligations:
        violations = check_observations(rules[owed.form], entries_of(illustration, catalogue, owed))[1]
        assert not violations, (owed, [f.text.en for f in violations])


@pytest.mark.parametrize("year", YEARS)
def test_no_illustrative_figure_is_asked_about(catalogue: Catalogue, rules: dict[str, FormRules], year: int) -> None:
    """Beside last year's of the same unit, or where it had none beside those of all units of its form."""
    illustration = Illustration(catalogue)
    observed = {
        (owed.form, owed.unit, str(owed.period)): check_observations(
            rules[owed.form], entries_of(illustration, catalogue, owed)
        )[0]
        for one in {year, max(year - 1, YEARS[0])}
        for period in (Period(one), *Period(one).quarters)
        for owed in catalogue.forms_owed(period)
    }
    for (form, unit, period), observations in observed.items():
        if not period.startswith(str(year)):
            continue
        before = observed.get((form, unit, f"{year - 1}{period[4:]}"), [])
        alike: dict[Cell, list[Decimal]] = {}
        for (other, _, same), theirs in observed.items():
            for o in theirs if (other, same) == (form, period) else ():
                alike.setdefault((o.measure, o.key), []).append(o.value or Decimal(0))
        yardsticks = Yardsticks(
            {(o.measure, o.key): o.value for o in before if o.value is not None},
            {
                cell: Spread(len(values), *map(Decimal, quantiles(values)))
                for cell, values in alike.items()
                if values[1:]
            },
        )
        found = doubts(rules[form], observations, yardsticks)
        assert not found, (form, unit, period, [doubt.why.en for doubt in found.values()])


def entries_of(illustration: Illustration, catalogue: Catalogue, owed: OwedForm) -> list[ObservationEntry]:
    unit, period = catalogue.unit(owed.unit), owed.period
    return [
        ObservationEntry(
            field.element,
            str(
                illustration.value(
                    unit,
                    field.element,
                    next(iter(field.disaggregation.values()), None),
                    period.year,
                    period.quarter,
                )
            ),
            field.disaggregation,
        )
        for field in catalogue.forms[owed.form].fields
    ]
