"""`confirmed` of a request: codes of what looked wrong and its sender has looked at again."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.text.personal_data import CONFIRMATION
from shared.text.words import excerpt

CONFIRMATIONS = (CONFIRMATION,)
MOST_NAMED = 8
"""How many unknown codes one answer names."""
SHOWN = 40  # how much of one is repeated


@dataclass(frozen=True, slots=True)
class ReadConfirmations:
    """`unknown`: the first codes that there are not, by their place in the list, as a fault repeats them."""

    known: tuple[str, ...]
    unknown: Mapping[int, str]


def read_confirmed(raw: object) -> ReadConfirmations | None:
    """None for what is no list. Every entry must be a known code, however many there are and how often each stands."""
    if not isinstance(raw, list):
        return None
    wrong = [(place, name) for place, name in enumerate(raw) if name not in CONFIRMATIONS][:MOST_NAMED]
    return ReadConfirmations(
        tuple(name for name in CONFIRMATIONS if name in raw),
        {place: excerpt(str(name), SHOWN) for place, name in wrong},
    )
