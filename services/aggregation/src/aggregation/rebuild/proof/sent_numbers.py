"""Which numbers of one source the log has, each naming the hash of the one before it: 32 bytes a number are kept.

`Chain` refuses a log that it does not believe. Here what is not believed counts as not heard: who asks wants to know
what is lost, and not the figures.
"""

from collections import defaultdict
from hashlib import sha256

from shared.messaging.relay.chain import GENESIS
from shared.messaging.restore.source_tail import Sent

BYTES = 32
BLOCK = 256  # numbers that are kept together; a wild number costs no more than these
_NOTHING = bytes(BYTES)


class SentNumbers:
    """`last`: the highest number that an event of the log claims, believed or not."""

    def __init__(self) -> None:
        self._hashes = defaultdict[int, bytearray](lambda: bytearray(BLOCK * BYTES))
        self._links: dict[int, object] = {}  # of those whose predecessor has not come
        self.doubted = set[int]()
        self.last = 0

    def claim(self, number: int) -> None:
        self.last = max(self.last, number)

    def hear(self, number: int, value: bytes, prevhash: object) -> None:
        """In any order. Where two events have one number, or one names another hash than its predecessor has, it is
        not known which of the two was sent."""
        self.claim(number)
        hash_, known = sha256(value).digest(), self._hash(number)
        if known == hash_:
            return
        if known != _NOTHING:
            self.doubted.add(number)
            return
        block, place = divmod(number, BLOCK)
        self._hashes[block][place * BYTES : (place + 1) * BYTES] = hash_
        self._links[number] = prevhash
        for follower in (number, number + 1):
            self._follow(follower)

    def forget(self, after: int) -> None:
        """What was heard of later numbers."""
        kept = (after % BLOCK + 1) * BYTES
        for block in [block for block in self._hashes if block >= after // BLOCK]:
            if block > after // BLOCK:
                del self._hashes[block]
            else:
                self._hashes[block][kept:] = bytes(BLOCK * BYTES - kept)
        self._links = {number: link for number, link in self._links.items() if number <= after}

    def missing(self, after: int, until: int) -> int:
        """How many of the numbers after one and until another are not heard, or doubted."""
        heard = sum(
            after < number <= until and number not in self.doubted
            for block, hashes in self._hashes.items()
            if block >= after // BLOCK
            for place in range(BLOCK)
            if hashes[place * BYTES : (place + 1) * BYTES] != _NOTHING
            for number in (block * BLOCK + place,)
        )
        return max(0, until - after) - heard

    @property
    def tail(self) -> Sent | None:
        """The last event, where it was heard."""
        hash_ = self._hash(self.last)
        return None if hash_ == _NOTHING or self.last in self.doubted else Sent(self.last, hash_.hex())

    def _follow(self, number: int) -> None:
        before = bytes.fromhex(GENESIS) if number == 1 else self._hash(number - 1)
        if number not in self._links or (before == _NOTHING and number > 1):
            return
        if self._links.pop(number) != before.hex():
            self.doubted |= {number - 1, number}

    def _hash(self, number: int) -> bytes:
        block, place = divmod(number, BLOCK)
        return bytes(self._hashes[block][place * BYTES : (place + 1) * BYTES]) if block in self._hashes else _NOTHING
