"""Dead letters against what was injected: exactly those, by their place in Kafka, with their bytes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from tests.resilience.judging.verdict import Item, Verdict, repeated

Place = tuple[str, int, int]


class Placed(Protocol):
    """What builder bed injects, as far as it is judged here."""

    @property
    def kind(self) -> str: ...
    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def dead_for(self) -> frozenset[str]: ...


def buried(service: str, injected: Iterable[Placed], letters: Sequence[Item], raw: Mapping[int, int | None]) -> Verdict:
    """`raw`: letter id → how many bytes `GET …/raw` answers, None for a record without a value."""
    expected = {(i.topic, i.partition, i.offset): i.kind for i in injected if service in i.dead_for}
    found = {place(letter): letter["reason"] for letter in letters}
    wrong = [f"{at}: {kind}, no dead letter" for at, kind in expected.items() if at not in found]
    wrong += [f"{at}: was not injected, {reason}" for at, reason in found.items() if at not in expected]
    wrong += repeated(map(place, letters), "dead letter")
    wrong += [
        f"letter {letter['id']}: {raw.get(letter['id'])} bytes kept of {letter['size']}"
        for letter in letters
        if raw.get(letter["id"]) != letter["size"]
    ]
    return Verdict(f"{len(expected)} letters", str(len(letters)), tuple(wrong))


def place(letter: Item) -> Place:
    return letter["topic"], letter["partition"], letter["offset"]
