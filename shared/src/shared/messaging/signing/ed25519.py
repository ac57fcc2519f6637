"""Ed25519 (RFC 8032): signing, checking, and the files that hold keys. The one place that knows the library."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

KEY_ID_BYTES = 8
SIGNATURE_BYTES = 64


@dataclass(frozen=True, slots=True)
class PublicKey:
    """`id`: the first bytes of the SHA-256 of the raw key."""

    id: bytes
    raw: bytes
    _key: Ed25519PublicKey

    @classmethod
    def of(cls, raw: bytes) -> "PublicKey":
        """Raises ValueError."""
        return cls(sha256(raw).digest()[:KEY_ID_BYTES], raw, Ed25519PublicKey.from_public_bytes(raw))

    @classmethod
    def read(cls, text: str) -> "PublicKey":
        """From the `x` of a JWK (RFC 8037). Raises ValueError."""
        return cls.of(urlsafe_b64decode(text + "=" * (-len(text) % 4)))

    @property
    def text(self) -> str:
        return urlsafe_b64encode(self.raw).rstrip(b"=").decode()

    def verifies(self, signature: bytes, message: bytes) -> bool:
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class PrivateKey:
    public: PublicKey
    _key: Ed25519PrivateKey

    @classmethod
    def new(cls) -> "PrivateKey":
        return cls._of(Ed25519PrivateKey.generate())

    @classmethod
    def read(cls, pem: bytes) -> "PrivateKey":
        """Raises ValueError for anything but an Ed25519 key without a passphrase."""
        try:
            key = load_pem_private_key(pem, None)
        except (TypeError, UnsupportedAlgorithm) as error:
            raise ValueError(str(error)) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("not an Ed25519 key")  # noqa: TRY004 - of the file, not of the code
        return cls._of(key)

    @classmethod
    def _of(cls, key: Ed25519PrivateKey) -> "PrivateKey":
        return cls(PublicKey.of(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)), key)

    @property
    def pem(self) -> str:
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)
