"""Few wait for nothing, many for each other, none longer than it is said."""

from itertools import accumulate

import pytest

from shared.messaging.gathering import gather_seconds


def batch_at(rate: float, *, least: float, longest: float, costs: float) -> int:
    """How many a batch holds after a while, when events come at a steady rate and a batch takes `costs` seconds."""

    def following(taken: int, _: int) -> int:
        return max(1, round(rate * max(costs, gather_seconds(taken, least=least, longest=longest))))

    return list(accumulate(range(50), following, initial=1))[-1]


@pytest.mark.parametrize(("rate", "holds"), [(1, 1), (50, 1), (100, 2), (150, 2)])
def test_below_two_hundred_a_second_nothing_waits_for_others(rate: float, holds: int) -> None:
    assert batch_at(rate, least=0.0, longest=0.25, costs=0.015) == holds


@pytest.mark.parametrize("rate", [400, 1000, 5000])
def test_above_it_batches_grow_to_the_longest_gathering(rate: float) -> None:
    assert batch_at(rate, least=0.0, longest=0.25, costs=0.015) == round(rate * 0.25)


@pytest.mark.parametrize("taken", [0, 1, 10, 10_000])
def test_it_is_never_less_or_more_than_asked(taken: int) -> None:
    assert 0.02 <= gather_seconds(taken, least=0.02, longest=0.1) <= 0.1
