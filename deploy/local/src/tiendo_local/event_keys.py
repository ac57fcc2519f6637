"""Keys that services sign their events with: those of this machine, and new ones for an installation."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.events.topics import ALL_SOURCES
from shared.messaging.signing.ed25519 import PrivateKey
from shared.messaging.signing.trusted_keys import jwk_of, jwks_in, written
from tiendo_local.console import LocalFault
from tiendo_local.workspace import write_private

EARLIER = timedelta(days=7)  # what waits in an outbox while keys are switched is signed with the new one
LONGEST = timedelta(days=3650)


class EventKeys:
    """A private key for each service and one set of their public ones below `folder`; made at the first use, then kept.

    Valid from 1970 on, whatever day a demonstration is on.
    """

    def __init__(self, folder: Path) -> None:
        self.trusted = folder / "event-keys.json"
        self._folder = folder
        if self.trusted.exists():
            return
        begins, jwks = datetime.fromtimestamp(0, UTC), []
        for source in ALL_SOURCES:
            key = PrivateKey.new()
            write_private(self.key_file(source.removeprefix("/")), key.pem)
            jwks.append(jwk_of(key.public, source, begins, datetime.now(UTC) + LONGEST))
        write_private(self.trusted, written(jwks))

    def key_file(self, service: str) -> Path:
        return self._folder / f"{service}.pem"

    def environment(self, service: str) -> dict[str, str]:
        return {"EVENT_SIGNING_KEY_FILE": str(self.key_file(service)), "EVENT_KEYS_FILE": str(self.trusted)}


def add_key(source: str, *, key_file: Path, keys_file: Path, days: int) -> str:
    """A new key of `source`: the private one in a file that must not exist yet, the public one added to the set. None
    is taken out: what was signed with it is verified for as long as the log is kept. The key id. Raises LocalFault."""
    if source not in ALL_SOURCES:
        raise LocalFault(f"There is no source `{source}`. Sources: {', '.join(ALL_SOURCES)}.")
    if key_file.exists():
        raise LocalFault(f"{key_file} exists. A key is never replaced before the new one is published.")
    now = datetime.now(UTC)
    try:
        known = jwks_in(keys_file.read_bytes()) if keys_file.exists() else []
    except ValueError as error:
        raise LocalFault(f"{keys_file} cannot be read: {error}") from error
    key = PrivateKey.new()
    jwk = jwk_of(key.public, source, now - EARLIER, now + timedelta(days=days))
    write_private(key_file, key.pem)
    _write_in_place(keys_file, written([*known, jwk]))
    return str(jwk["kid"])


def _write_in_place(file: Path, text: str) -> None:
    """A container sees the file that was there when it started, not another one of the same name."""
    if file.exists():
        file.write_text(text, encoding="utf-8")
    else:
        write_private(file, text)
