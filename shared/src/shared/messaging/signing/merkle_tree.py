"""A Merkle tree as RFC 9162 (before it RFC 6962), section 2.1, hashes it: of many hashes one root, and a short path
from each to it. A leaf can never be taken for a node."""

from collections.abc import Sequence
from hashlib import sha256

HASH_BYTES = 32


def leaf(digest: bytes) -> bytes:
    return sha256(b"\x00" + digest).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def root_and_paths(digests: Sequence[bytes]) -> tuple[bytes, list[bytes]]:
    """The root over at least one digest and, for each, its siblings from the leaf up, one after another.

    The last of an odd number goes up as it is: the same tree as that of the RFC.
    """
    levels = [[leaf(digest) for digest in digests]]
    while len(below := levels[-1]) > 1:
        above = [node(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)]
        levels.append([*above, below[-1]] if len(below) % 2 else above)
    paths = [b""]
    for level in reversed(levels[:-1]):
        paths = [(level[at ^ 1] if at ^ 1 < len(level) else b"") + paths[at >> 1] for at in range(len(level))]
    return levels[-1][0], paths
