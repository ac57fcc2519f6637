"""Dead letters against what was injected: exactly those, by their place in Kafka, with their bytes."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from tests.resilience.judging.verdict import Item, Verdict, repeated

Place = tuple[str, int, int]


class Placed(Protocol):
    """What `stage/injection` sends, as far as it is judged here."""

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
    @property
    def sha256(self) -> str | None: ...


def buried(
    service: str, injected: Iterable[Placed], letters: Sequence[Item], raw: Mapping[int, bytes | None]
) -> Verdict:
    """`raw`: letter id → what `GET …/raw` answers, None for a record without a value."""
    expected = {(i.topic, i.partition, i.offset): i for i in injected if service in i.dead_for}
    found = {place(letter): letter["reason"] for letter in letters}
    wrong = [f"{at}: {i.kind}, no dead letter" for at, i in expected.items() if at not in found]
    wrong += [f"{at}: was not injected, {reason}" for at, reason in found.items() if at not in expected]
    wrong += repeated(map(place, letters), "dead letter")
    for letter in letters:
        kept = raw.get(letter["id"])
        sent = expected.get(place(letter))
        if (None if kept is None else len(kept)) != letter["size"]:
            wrong.append(f"letter {letter['id']}: size {letter['size']}, not that of its bytes")
        # Of what is large of a stranger's only the hash is kept.
        told = letter["reason"] if kept is None else hashlib.sha256(kept).hexdigest()
        if sent and sent.sha256 and sent.sha256 not in told:
            wrong.append(f"letter {letter['id']} ({sent.kind}): not the bytes that were sent")
    return Verdict(f"{len(expected)} letters", str(len(letters)), tuple(wrong))


def place(letter: Item) -> Place:
    return letter["topic"], letter["partition"], letter["offset"]
