"""Who looked at single figures about victims, deaths and the like: a line of the log each time, without the figures."""

import structlog

from shared.access import Person

log = structlog.get_logger()


def log_sensitive_read(person: Person, **what: object) -> None:
    """`what`: which figures, by their codes."""
    log.info("security.sensitive_read", role=person.role, unit=person.unit, **what)
