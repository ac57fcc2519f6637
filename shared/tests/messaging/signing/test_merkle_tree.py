"""The tree against the definition of RFC 9162, section 2.1.1, written down as it stands there."""

from hashlib import sha256

import pytest

from shared.messaging.signing.merkle_tree import HASH_BYTES, leaf, node, root_and_paths

EMPTY_LEAF = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"  # RFC 6962 test vector: SHA-256(0x00)


def root_of(digests: list[bytes]) -> bytes:
    if len(digests) == 1:
        return sha256(b"\x00" + digests[0]).digest()
    k = 1
    while 2 * k < len(digests):
        k *= 2
    return sha256(b"\x01" + root_of(digests[:k]) + root_of(digests[k:])).digest()


def path_of(at: int, digests: list[bytes]) -> bytes:
    """PATH(m, D_n) of section 2.1.3.1, joined."""
    if len(digests) == 1:
        return b""
    k = 1
    while 2 * k < len(digests):
        k *= 2
    if at < k:
        return path_of(at, digests[:k]) + root_of(digests[k:])
    return path_of(at - k, digests[k:]) + root_of(digests[:k])


def test_a_leaf_is_hashed_as_the_standard_says() -> None:
    assert leaf(b"").hex() == EMPTY_LEAF
    assert leaf(b"\x01" + b"a" * 32) != node(b"a" * 16, b"a" * 16)


@pytest.mark.parametrize("count", [*range(1, 20), 31, 32, 33, 100, 1000])
def test_roots_and_paths_are_those_of_the_standard(count: int) -> None:
    digests = [sha256(str(n).encode()).digest() for n in range(count)]
    root, paths = root_and_paths(digests)
    assert root == root_of(digests)
    assert paths == [path_of(at, digests) for at in range(count)]
    assert max(map(len, paths)) <= HASH_BYTES * (count - 1).bit_length()
