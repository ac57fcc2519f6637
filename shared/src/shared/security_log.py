"""Security events: the lines of the log that whoever guards the system looks for (docs/security.md 4).

Codes only: no token, no address, no figure, and of a person the pseudonym, never the subject.
"""

from collections.abc import Collection
from typing import Literal

import structlog

from shared.access import Person

SecurityEvent = Literal[
    "security.call-refused",
    "security.contact-changed",
    "security.dead-letter-act",
    "security.role-changed",
    "security.sensitive-read",
]
WARNINGS: frozenset[SecurityEvent] = frozenset({"security.call-refused", "security.role-changed"})

log = structlog.get_logger()


def security_event(event: SecurityEvent, person: Person, **about: str | int | None) -> None:
    """One line. `about` says what was done to what: codes, ids and counts."""
    level = log.warning if event in WARNINGS else log.info
    level(event, role=person.role, unit=person.unit, who=person.pseudonym, **about)


def keys_changed(of: Literal["tokens", "events", "signing"], before: Collection[str], after: Collection[str]) -> None:
    """One line when keys came or went while the process runs: by their public names."""
    added, removed = set(after) - set(before), set(before) - set(after)
    if added or removed:
        log.warning("security.key-changed", of=of, added=" ".join(sorted(added)), removed=" ".join(sorted(removed)))


def words_erased(table: str, row: str, column: str, characters: int, *, request: str, reason: str) -> None:
    """One line for each text, which it does not tell. Who may run the command is the host's matter: no person."""
    log.warning(
        "security.words-erased",
        table=table,
        row=row,
        column=column,
        characters=characters,
        request=request,
        reason=reason,
    )
