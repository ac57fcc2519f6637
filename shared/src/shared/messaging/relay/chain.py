"""The chain of a source's events: each carries its own number and the hash of the one before it."""

import hashlib
from dataclasses import dataclass

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Numbered:
    """An event's final bytes, its place in the chain of its source, and the SHA-256 of those bytes in hex."""

    sequence: int
    body: bytes
    hash: str


def number(value: bytes, sequence: int, prevhash: str) -> Numbered:
    """Add `sequence` (20 digits, so that it sorts as text) and `prevhash` to an event's JSON object.

    The same value in the same place gives the same bytes. Raises ValueError for anything but an object.
    """
    if not value.endswith(b"}"):
        raise ValueError("not a JSON object")
    body = b'%b,"sequence":"%020d","prevhash":"%b"}' % (value[:-1], sequence, prevhash.encode())
    return Numbered(sequence, body, hashlib.sha256(body).hexdigest())
