"""Signing what a relay sends: once a batch, with a path for each event."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from shared.clock import Clock
from shared.errors import StartError
from shared.messaging.signing.ed25519 import PrivateKey
from shared.messaging.signing.merkle_tree import root_and_paths
from shared.messaging.signing.signature import PREFIX, VERSION, encoded, message
from shared.messaging.signing.trusted_keys import read_keys
from shared.messaging.signing.watched_file import WatchedFile
from shared.security_log import keys_changed
from shared.settings import ServiceSettings


class KeyNotTrusted(Exception):
    """What would be signed now would be a stranger's to every reader."""


class EventSigner:
    """Of one source. The same events in the same order get the same headers, as long as the key is the same."""

    def __init__(self, source: str, key_file: Path, keys_file: Path | None, clock: Clock) -> None:
        """`keys_file`: what readers believe; None: nobody checks. Raises OSError, ValueError."""
        self._source = source
        self._key = WatchedFile(key_file, PrivateKey.read)
        self._signs_with = self._key.value().public.id
        self._trusted = WatchedFile(keys_file, read_keys) if keys_file else None
        self._clock = clock

    @classmethod
    def of(cls, settings: ServiceSettings) -> "EventSigner | None":
        """None where the settings name no key. Raises StartError."""
        if settings.event_signing_key_file is None:
            return None
        try:
            clock = Clock(timedelta(seconds=settings.clock_offset_seconds))
            return cls(f"/{settings.service}", settings.event_signing_key_file, settings.event_keys_file, clock)
        except (OSError, ValueError) as error:
            raise StartError(f"EVENT_SIGNING_KEY_FILE or EVENT_KEYS_FILE is of no use: {error}") from error

    def sign(self, digests: Sequence[bytes]) -> list[bytes]:
        """The header of each event of a batch, given as the SHA-256 of their bytes. Raises `KeyNotTrusted`."""
        if not digests:
            return []
        key, count = self._key.value(), len(digests)
        if key.public.id != self._signs_with:
            keys_changed("signing", [self._signs_with.hex()], [key.public.id.hex()])
            self._signs_with = key.public.id
        self._check_trusted(key)
        root, paths = root_and_paths(digests)
        signature = key.sign(message(self._source, root, count))
        pack, id_ = PREFIX.pack, key.public.id
        return [encoded(pack(VERSION, id_, count, at) + path + signature) for at, path in enumerate(paths)]

    def _check_trusted(self, key: PrivateKey) -> None:
        if self._trusted is None:
            return
        trusted = self._trusted.value().get(key.public.id)
        if trusted is None or trusted.source != self._source or not trusted.covers(self._clock.now()):
            raise KeyNotTrusted(
                f"nothing is sent: EVENT_KEYS_FILE has no key {key.public.id.hex()} of {self._source} that is valid "
                "now, so every reader would refuse it. Publish it there, or switch to another key."
            )
