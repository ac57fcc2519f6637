"""Security events: the lines of the log that whoever guards the system looks for (docs/security.md 4).

Codes only: no token, no address, no figure, and of a person the pseudonym, never the subject.
"""

from typing import Literal

import structlog

from shared.access import Person

SecurityEvent = Literal[
    "security.call-refused", "security.contact-changed", "security.dead-letter-act", "security.sensitive-read"
]

log = structlog.get_logger()


def security_event(event: SecurityEvent, person: Person, **about: str | int | None) -> None:
    """One line. `about` says what was done to what: codes, ids and counts."""
    level = log.warning if event == "security.call-refused" else log.info
    level(event, role=person.role, unit=person.unit, who=person.pseudonym, **about)
