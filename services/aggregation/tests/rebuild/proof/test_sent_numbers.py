"""Which numbers of a source are heard, in any order."""

import random
from hashlib import sha256

import pytest

from aggregation.rebuild.proof.sent_numbers import SentNumbers
from shared.messaging.relay.chain import GENESIS


def links(count: int) -> list[tuple[int, bytes, str]]:
    values = [b"%d" % n for n in range(1, count + 1)]
    hashes = [GENESIS, *(sha256(value).hexdigest() for value in values)]
    return [(n, value, hashes[n - 1]) for n, value in enumerate(values, 1)]


def heard(*told: tuple[int, bytes, str]) -> SentNumbers:
    numbers = SentNumbers()
    for one in told:
        numbers.hear(*one)
    return numbers


@pytest.mark.parametrize("seed", range(5))
def test_in_any_order_and_more_than_once(seed: int) -> None:
    told = [one for one in links(700) if one[0] not in (300, 699)]
    told += told[:50]
    random.Random(seed).shuffle(told)
    numbers = heard(*told)
    assert (numbers.missing(0, 700), numbers.missing(299, 700), numbers.missing(300, 700)) == (2, 2, 1)
    assert numbers.missing(700, 700) == numbers.missing(900, 700) == 0 and numbers.missing(0, 710) == 12
    assert numbers.tail and numbers.tail.sequence == 700 and not numbers.doubted


def test_two_events_of_one_number_and_a_link_that_does_not_fit() -> None:
    one, two, three, four = links(4)
    assert heard(one, two, (2, b"other", two[2]), three).doubted == {2}
    assert heard(one, two, (3, b"3", "f" * 64), four).doubted == {2, 3}
    assert heard((3, b"3", "f" * 64), four, two, one).doubted == {2, 3}
    assert heard((1, b"1", "f" * 64)).doubted == {0, 1}


@pytest.mark.parametrize("after", [0, 3, 255, 256, 511])
def test_what_was_heard_of_later_numbers_is_forgotten(after: int) -> None:
    numbers = heard(*links(600))
    numbers.forget(after)
    assert (numbers.missing(0, 600), numbers.missing(0, after)) == (600 - after, 0)


def test_a_wild_number_costs_nothing() -> None:
    numbers = heard(*links(3), (10**20 - 1, b"wild", "f" * 64))
    assert numbers.missing(0, numbers.last) == 10**20 - 5 and numbers.tail


def test_a_claim_that_is_not_believed_is_missing() -> None:
    numbers = heard(*links(3))
    numbers.claim(4)
    assert (numbers.missing(0, numbers.last), numbers.tail) == (1, None)
