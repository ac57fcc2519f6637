"""When a secret sum may be told again. The oracle is linear algebra: a sum may be told if no report is determined."""

from collections.abc import Collection, Hashable, Sequence
from decimal import Decimal
from uuid import UUID

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from aggregation.rules.disclosure import Member, is_publishable
from aggregation.rules.disclosure.batch import blocks, by_count, by_revision

UNITS = [f"u{i}" for i in range(8)]


def report(unit: str, revision: int = 1, *, secret: int | None = None, movable: bool = True) -> Member:
    """Each revision has a count of its own where none is said."""
    count = Decimal(revision if secret is None else secret)
    return Member(UUID(int=UNITS.index(unit)), revision, unit, count, movable)


ALL = [report(unit) for unit in UNITS]
ALONE = {unit: {unit} for unit in UNITS}


def test_a_first_sum_is_of_three_units_at_least() -> None:
    assert is_publishable([], [ALL[:3]], ALONE)
    assert not is_publishable([], [ALL[:2]], ALONE), "each of the two would know the other's"


def test_one_correction_is_not_told_three_are() -> None:
    corrected = [report(unit, 2) for unit in UNITS[:3]]
    assert not is_publishable([ALL], [[corrected[0], *ALL[1:]]], ALONE)
    assert is_publishable([ALL], [[*corrected, *ALL[3:]]], ALONE)


def test_corrections_that_left_the_count_as_it_was_hide_nobody() -> None:
    """One unit left, three corrected themselves: who guesses that their counts are the old ones subtracts the sums."""
    same = [report(unit, 2, secret=1) for unit in UNITS[1:4]]
    assert blocks([ALL, [*same, *ALL[4:]]], by_count) == [{"u0"}, set(UNITS[1:])]
    assert not is_publishable([ALL], [[*same, *ALL[4:]]], ALONE)
    others = [report(unit, 2) for unit in UNITS[1:4]]
    assert is_publishable([ALL], [[*others, *ALL[4:]]], ALONE)


def test_a_count_at_its_bound_in_one_of_two_alike_cannot_move() -> None:
    both = [[report("u0"), *ALL[1:4]], [report("u0", 2, secret=1, movable=False), *ALL[1:4]]]
    assert blocks(both, by_count) == [{"u1", "u2", "u3"}]


def test_two_bases_that_differ_in_one_report_are_not_told_together() -> None:
    assert not is_publishable([], [ALL, ALL[1:]], ALONE)
    assert is_publishable([], [ALL, ALL], ALONE) and is_publishable([], [ALL, ALL[3:]], ALONE)


def test_old_sums_are_remembered() -> None:
    """Three units leave and two of them come back with one more: nothing of one step, but both steps tell one."""
    left, back = ALL[3:], [*ALL[:2], *ALL[3:]]
    assert is_publishable([ALL], [left], ALONE) and not is_publishable([ALL, left], [back], ALONE)


def test_who_reads_the_reports_of_ended_units_knows_more() -> None:
    successor = ALONE | {"u0": {"u0", "u1"}}
    assert is_publishable([], [ALL[:3]], ALONE) and not is_publishable([], [ALL[:3]], successor)
    assert is_publishable([], [ALL[:4]], successor)


def test_a_count_that_cannot_move_hides_nobody() -> None:
    fixed = [report("u0", movable=False), *ALL[1:3]]
    assert blocks([fixed]) == [{"u1", "u2"}] and not is_publishable([], [fixed], ALONE)


@given(
    st.lists(st.sets(st.tuples(st.sampled_from(UNITS), st.integers(1, 2)), max_size=12), max_size=5),
    st.sampled_from(UNITS),
    st.sets(st.sampled_from(UNITS)),
)
def test_what_is_publishable_determines_no_report(
    sums: list[set[tuple[str, int]]], reader: str, unchanged: set[str]
) -> None:
    """Whoever knows his own reports, every sum that was told and which corrections left the count as it was solves for
    nobody else's."""
    told: list[Collection[Member]] = []
    for chosen in sums:
        candidate = [
            report(unit, revision, secret=1 if unit in unchanged else revision) for unit, revision in sorted(chosen)
        ]
        if is_publishable(told, [candidate], ALONE):
            told.append(candidate)
    for unknown in (by_revision, by_count):
        known = [{unknown(member) for member in one} for one in told]
        others = list({unknown(member) for one in told for member in one if member.unit != reader})
        assert not determined(known, others)


def determined(told: Sequence[Collection[Hashable]], others: Sequence[Hashable]) -> list[Hashable]:
    """The reports whose count follows from the sums."""
    if not told or not others:
        return []
    matrix = np.array([[float(member in one) for member in others] for one in told])
    rank = np.linalg.matrix_rank(matrix)
    units = np.eye(len(others))
    return [
        member
        for member, unit in zip(others, units, strict=True)
        if np.linalg.matrix_rank(np.vstack([matrix, unit])) == rank
    ]
