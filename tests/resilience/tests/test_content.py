"""What writers invent is taken without a question, whatever a commune reported the year before."""

from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from shared.catalogue import load
from submissions.rules.checks.observations import check_observations
from submissions.rules.checks.plausibility import Yardsticks, doubts
from submissions.rules.form import rules_of
from submissions.rules.observation import ObservationEntry, read_plain
from tests.resilience.actors.content import FORM, invent

RULES = rules_of(load())[FORM]


@given(st.integers(0), st.integers(0))
def test_no_figure_of_a_writer_is_in_doubt(this_year: int, last_year: int) -> None:
    entries = [ObservationEntry(measure, str(value)) for measure, value in invent(Random(this_year)).items()]
    before = {(measure, ""): Decimal(value) for measure, value in invent(Random(last_year)).items()}
    observations, violations = check_observations(RULES, entries, read_plain)
    assert violations == []
    assert doubts(RULES, observations, Yardsticks(before, {}, "2025")) == {}
