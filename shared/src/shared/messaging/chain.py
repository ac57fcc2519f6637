"""The chain of a source's events: each carries its own number and the hash of the one before it."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """An event's place in the chain: its number, and the SHA-256 of its bytes in hex."""

    sequence: int
    hash: str


GENESIS = Link(0, "0" * 64)


def chained(value: bytes, last: Link) -> tuple[bytes, Link]:
    """The final bytes of the event after `last`, and its own link.

    Adds `sequence` (20 digits, so that it sorts as text) and `prevhash` to the event's JSON object. The same value
    after the same link gives the same bytes. Raises ValueError for anything but an object.
    """
    if not value.endswith(b"}"):
        raise ValueError("not a JSON object")
    sequence = last.sequence + 1
    body = b'%b,"sequence":"%020d","prevhash":"%b"}' % (value[:-1], sequence, last.hash.encode())
    return body, Link(sequence, hashlib.sha256(body).hexdigest())
