"""A role is of a unit that stands on the day, and of the body that holds it: whatever a token says besides."""

from datetime import date

import pytest

from shared.access import ROLES, Role
from shared.auth import unfit
from shared.catalogue import Catalogue

BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)
OLD, NEW = "24736@2021-01-01", "24736@2025-07-01"


def code(catalogue: Catalogue, role: Role, unit: str, day: date = AFTER) -> str | None:
    found = unfit(catalogue, role, unit, day)
    return found.code if found else None


@pytest.mark.parametrize(
    ("role", "units"),
    [
        ("reporter", {NEW, "SO_Y_TE", "SO_NOI_VU", "UBND_TINH"}),
        ("head", {NEW, "SO_Y_TE", "SO_NOI_VU", "UBND_TINH"}),
        ("coordinator", {"DAK_NONG", "SO_NOI_VU"}),
        ("leader", {"DAK_NONG", "UBND_TINH"}),
        ("auditor", {"DAK_NONG", "UBND_TINH", "SO_Y_TE", "SO_NOI_VU"}),
        ("ops", {"DAK_NONG", "UBND_TINH", "SO_Y_TE", "SO_NOI_VU"}),
    ],
)
def test_each_role_is_of_the_bodies_that_hold_it(catalogue: Catalogue, role: Role, units: set[str]) -> None:
    """A reporter of the plan's own area would have it as their own unit: the exact bytes of every sum of the province,
    2 victims among 3 for instance."""
    every = {"DAK_NONG", "UBND_TINH", "SO_NOI_VU", "SO_Y_TE", NEW}
    assert {unit for unit in every if code(catalogue, role, unit) is None} == units
    assert {code(catalogue, role, unit) for unit in every - units} <= {"unit-role"}


@pytest.mark.parametrize("role", ROLES)
def test_nobody_acts_for_a_unit_that_has_ended_or_is_not_there_yet(catalogue: Catalogue, role: Role) -> None:
    assert code(catalogue, role, OLD, AFTER) == "unit-ended"
    assert code(catalogue, role, NEW, BEFORE) == "unit-not-yet"
    assert code(catalogue, role, "SO_LDTBXH", date(2025, 3, 1)) == "unit-ended"
    assert code(catalogue, role, "99999@2025-07-01") == "unit-unknown"
    assert code(catalogue, role, "BO_NOI_VU") == "unit-unknown", "a body above the province is no unit of the plan"


def test_the_coordinator_changes_with_the_day(catalogue: Catalogue) -> None:
    for day, holder, other in (
        (date(2025, 2, 28), "SO_LDTBXH", "SO_NOI_VU"),
        (date(2025, 3, 1), "SO_NOI_VU", "SO_LDTBXH"),
    ):
        assert code(catalogue, "coordinator", holder, day) is None
        assert code(catalogue, "coordinator", other, day) is not None
    assert code(catalogue, "coordinator", "SO_NOI_VU", date(2021, 2, 1)) == "unit-role", "before the plan"


def test_who_is_refused_reads_who_acts_now(catalogue: Catalogue) -> None:
    ended = unfit(catalogue, "reporter", "24612@2021-01-01", AFTER)
    assert ended and ended.words.en == (
        "Nghĩa Thành Ward has ended. Its successor acts in its place: Bắc Gia Nghĩa Ward. "
        "Ask whoever manages the accounts to enter that unit's code."
    )
    assert "Phường Bắc Gia Nghĩa" in ended.words.vi
    two = unfit(catalogue, "head", "SO_TTTT", AFTER)
    assert two and "Sở Khoa học và Công nghệ, Sở Văn hóa, Thể thao và Du lịch" in two.words.vi
    other = unfit(catalogue, "coordinator", "SO_Y_TE", AFTER)
    assert other and "hôm nay đó là Sở Nội vụ" in other.words.vi
    nobody = unfit(catalogue, "head", "667@2021-01-01", AFTER)
    assert nobody and "no unit has taken its place" in nobody.words.en
