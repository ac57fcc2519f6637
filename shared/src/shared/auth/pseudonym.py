"""Whom events and log lines mean: the same person every time, and nobody who reads them learns who it is."""

import hashlib
import hmac
from dataclasses import dataclass

from shared.settings import ServiceSettings

LOCAL_KEY = "tiendo-local"
"""Where no key is set: no secret, for one's own machine and tests. Production asks for one."""
CHARACTERS = 32


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """Of the persons of one identity provider, under the key of the installation.

    A `sub` may be an e-mail address: without the key, whoever has the log could try all addresses of the province.
    """

    key: bytes
    issuer: str

    @classmethod
    def of_settings(cls, settings: ServiceSettings) -> "Pseudonyms":
        return cls(settings.pseudonym_key(LOCAL_KEY), settings.token_issuer)

    def of(self, subject: str) -> str:
        return hmac.digest(self.key, f"{self.issuer}|{subject}".encode(), hashlib.sha256).hex()[:CHARACTERS]
