"""Few wait for nothing, many for each other, none longer than it is said."""

import pytest

from shared.messaging.gathering import Gathering

COSTS = 0.015


def batches_of(rate: float, *, hiccup: float = 0.0) -> list[int]:
    """What batches hold when events come at a steady rate; the first takes longer than the others by `hiccup`."""
    gathering, began, held, sizes = Gathering(least=0.0, longest=0.25), 0.0, 1, list[int]()
    for number in range(60):
        sizes.append(held)
        done = began + COSTS + (0.0 if number else hiccup)
        following = max(done, gathering.until(began, held))
        held, began = max(1, round(rate * (following - began))), following
    return sizes


@pytest.mark.parametrize("hiccup", [0.0, 0.3])
@pytest.mark.parametrize("rate", [1, 50, 120, 150, 190])
def test_below_two_hundred_a_second_nothing_waits_for_others(rate: float, hiccup: float) -> None:
    assert batches_of(rate, hiccup=hiccup)[3:] == [max(1, round(rate * COSTS))] * 57


@pytest.mark.parametrize("rate", [400, 1000, 5000])
def test_above_it_batches_grow_to_the_longest_gathering(rate: float) -> None:
    assert batches_of(rate)[-1] == round(rate * 0.25)


def test_a_burst_after_a_quiet_time_delays_nobody() -> None:
    gathering = Gathering(least=0.02, longest=0.1)
    gathering.until(100.0, 1)
    assert gathering.until(110.0, 50) == pytest.approx(110.02)


@pytest.mark.parametrize("taken", [0, 1, 10, 10_000])
def test_it_is_never_less_or_more_than_asked(taken: int) -> None:
    gathering = Gathering(least=0.02, longest=0.1)
    gathering.until(0.0, 1)
    assert 0.02 <= gathering.until(0.001, taken) - 0.001 <= 0.1 + 1e-9
