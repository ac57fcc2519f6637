"""The chain of each source in the log: numbers without a gap, each event with the hash of the one before it.

Events of a source may overtake each other on their way into the log (docs/decisions/0010): they may come in any order.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from aggregation.rebuild.errors import NotBelieved
from shared.messaging.relay.chain import GENESIS

_NUMBER = re.compile(r"[0-9]{1,20}")


class BrokenChain(NotBelieved):
    """`ids`: of the events that do not fit."""

    def __init__(self, fault: str, *ids: str) -> None:
        super().__init__(f"the chain of the log is broken: {fault}", *ids)


@dataclass(frozen=True, slots=True)
class Link:
    id: str
    hash: str
    prevhash: object


@dataclass
class SourceChain:
    """`hashes` and `last` are those of 1, 2, 3 … as far as they have come; what came before its turn waits."""

    hashes: list[str] = field(default_factory=list)
    last: Link = Link("none", GENESIS, None)
    waiting: dict[int, Link] = field(default_factory=dict)


class Chain:
    """Of what was read so far."""

    def __init__(self) -> None:
        self._sources: dict[str, SourceChain] = defaultdict(SourceChain)
        self._numbered = False

    def add(self, members: Mapping[str, object], body: bytes) -> int:
        """An event of the log. Answers its number, 0 where it has none; that is so only before the first that has one,
        of whatever source. Raises `BrokenChain`.
        """
        source, link = str(members.get("source")), Link(str(members.get("id")), _sha256(body), members.get("prevhash"))
        chain, written = self._sources[source], members.get("sequence")
        if not (isinstance(written, str) and _NUMBER.fullmatch(written) and int(written)):
            if self._numbered:
                raise BrokenChain(f"an event of {source} has no number, and earlier ones have", link.id)
            return 0
        number, self._numbered = int(written), True
        known = chain.hashes[number - 1] if number <= len(chain.hashes) else None
        if known is None and number in chain.waiting:
            known = chain.waiting[number].hash
        if known is None:
            chain.waiting[number] = link
        elif known != link.hash:
            raise BrokenChain(f"{source} has two events with the number {number:,}", link.id)
        self._advance(source, chain)
        return number

    def missing(self) -> str | None:
        """Which numbers have not come although later ones have, in words."""
        for source, chain in self._sources.items():
            if chain.waiting:
                first, last = len(chain.hashes) + 1, min(chain.waiting) - 1
                return f"of {source} the events {first:,} to {last:,} are not in the log"
        return None

    def _advance(self, source: str, chain: SourceChain) -> None:
        while link := chain.waiting.pop(len(chain.hashes) + 1, None):
            number = len(chain.hashes) + 1
            if link.prevhash != chain.last.hash:
                raise BrokenChain(
                    f"event {number:,} of {source} names another hash than event {number - 1:,} has: "
                    "one of the two is not what was sent",
                    chain.last.id,
                    link.id,
                )
            chain.hashes.append(link.hash)
            chain.last = link


def _sha256(body: bytes) -> str:
    return sha256(body).hexdigest()
