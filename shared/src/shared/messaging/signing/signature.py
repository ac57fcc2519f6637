"""The header `signature` of a record: the signature of the batch that its event left with, and the way to it.

Big-endian: version (1 byte, 1), key id (8), count of the batch (4), position in it from 0 (4), the siblings from the
leaf up to the root (32 each), Ed25519 signature (64). What is signed: `message`. All in base64: of a header that is no
text FastStream and others lose the whole batch.
"""

import struct
from binascii import a2b_base64, b2a_base64

from shared.messaging.signing.ed25519 import KEY_ID_BYTES, SIGNATURE_BYTES

HEADER = "signature"
VERSION = 1
PREFIX = struct.Struct(f">B{KEY_ID_BYTES}sII")
LEAST_BYTES = PREFIX.size + SIGNATURE_BYTES
MOST = 1 << 16  # events of a batch: a forged path is no longer than one of so many

_DOMAIN = b"tiendo event batch v1\0"


def encoded(signature: bytes) -> bytes:
    return b2a_base64(signature, newline=False)


def decoded(header: bytes) -> bytes:
    """Raises ValueError."""
    return a2b_base64(header, strict_mode=True)


def message(source: str, root: bytes, count: int) -> bytes:
    """What is signed of a batch: nothing else that the key may ever sign can be taken for it."""
    return b"%b%b\0%b%b" % (_DOMAIN, source.encode(), struct.pack(">I", count), root)
