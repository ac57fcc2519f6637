"""Planted lies about dead letters are found."""

import pytest

from tests.resilience.tests.judging.honest import Lie, noticed

# What was tampered with → the judges that must notice, at least.
LIES: dict[str, tuple[Lie, set[str]]] = {
    "a dead letter lost": (lambda _, a: a.letters.pop(), {"buried"}),
    "a good event buried": (lambda _, a: a.letters.append({**a.letters[0], "offset": 8}), {"buried"}),
    "a dead letter twice": (lambda _, a: a.letters.append(a.letters[0]), {"buried"}),
    "a dead letter without its bytes": (lambda _, a: a.raw.update({1: None}), {"buried"}),
    "a dead letter with other bytes": (lambda _, a: a.raw.update({1: b"dust"}), {"buried"}),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_planted_lie_is_found(lie: str) -> None:
    tamper, wanted = LIES[lie]
    assert wanted <= noticed(tamper)
