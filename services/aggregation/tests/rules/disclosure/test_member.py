"""What everybody knows of a secret count."""

from decimal import Decimal
from uuid import UUID

import pytest

from aggregation.rules.disclosure import members
from aggregation.rules.disclosure.batch import Member
from aggregation.rules.observation import ReportedObservation
from aggregation.rules.plan import PlanIndex
from aggregation.rules.records import AnswerRecord, ObligationRecord
from aggregation.rules.revision import Revision
from services.aggregation.tests.drivers.answers import commune_answer

ID, UNIT = UUID(int=7), "24736@2025-07-01"


def member(plan: PlanIndex, **answer: int) -> Member | None:
    given = commune_answer(**answer)
    observations = tuple(ReportedObservation(name, "", Decimal(str(value)), "final") for name, value in given.items())
    owed = ObligationRecord(ID, "O1", "B01-XA", UNIT, "2026")
    read = members(plan, plan.measures["4.3"], [AnswerRecord(owed, (Revision(1, "received", 1, None, observations),))])
    return read[ID, 1]


@pytest.mark.parametrize(
    ("births", "women", "boys", "girls", "movable"),
    [
        (2, 100, 60, 50, True),
        (2, 2, 60, 50, False),  # all women
        (3, 100, 1, 2, False),  # all live births
        (3, 100, 2, 2, True),
        (2, 100, 0, 0, False),  # more than were born alive: whatever that means, nobody relies on it
    ],
)
def test_a_count_moves_up_to_the_women_and_to_the_births(
    plan: PlanIndex, births: int, women: int, boys: int, girls: int, movable: bool
) -> None:
    given = {"n_live_births_male": boys, "n_live_births_female": girls}
    found = member(plan, n_adolescent_births=births, n_adolescent_women=women, **given)
    assert found == Member(ID, 1, UNIT, Decimal(births), movable)


@pytest.mark.parametrize(("women", "boys"), [(0, 60), (100, 0)])
def test_what_can_only_be_0_is_no_secret(plan: PlanIndex, women: int, boys: int) -> None:
    """A commune without live births hid, until December 2026, the counts of two others."""
    given = {"n_live_births_male": boys, "n_live_births_female": 0}
    assert member(plan, n_adolescent_births=0, n_adolescent_women=women, **given) is None


def test_what_is_not_read_yet_is_not_known(plan: PlanIndex) -> None:
    owed = ObligationRecord(ID, "O1", "B01-XA", UNIT, "2026")
    assert members(plan, plan.measures["4.3"], [AnswerRecord(owed, (Revision(1, "accepted", 2),))]) == {}
