"""The rights of all services: each call and each page, and which roles it answers. docs/security.md 2 shows this table.

A service does not start with a route that has no row here, or that asks for other roles than its row says
(`shared.auth.rights.check`); `tests/contracts/rights` tries every row. Units: `standing`.
"""

from dataclasses import dataclass

from shared.access import ROLES, Role


@dataclass(frozen=True, slots=True)
class Right:
    """`own`: who is answered about the own unit only, and those that ended in it; `all`: about every unit."""

    own: tuple[Role, ...] = ()
    all: tuple[Role, ...] = ()

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(self.own + self.all)


OF_UNIT: tuple[Role, ...] = ("reporter", "head")
PROVINCE: tuple[Role, ...] = ("coordinator", "leader", "auditor", "ops")
PUBLIC = Right()
"""Answered without a sign-in."""
EVERYBODY = Right(all=ROLES)
READ = Right(own=OF_UNIT, all=PROVINCE)
WRITE = Right(own=OF_UNIT)
OPEN = Right(all=("coordinator", "ops"))
DECIDE = Right(all=("coordinator",))
INSPECT = Right(all=("auditor", "coordinator"))
EXACT = Right(own=OF_UNIT, all=("auditor", "coordinator"))
"""Exact bytes hold every figure (`shared.disclosure`)."""
OVERSEE = Right(all=("ops", "auditor"))
PROVINCE_ONLY = Right(all=PROVINCE)
OPERATE = Right(all=("ops",))
AUDIT = Right(all=("auditor",))
ADDRESSES = Right(own=OF_UNIT, all=("coordinator", "ops"))

SHELL = {
    "GET /": PUBLIC,
    "GET /healthz": PUBLIC,
    "GET /readyz": PUBLIC,
    "GET /metrics": PUBLIC,
    "GET /sign-in": PUBLIC,
    "POST /sign-in": PUBLIC,
    "POST /sign-out": PUBLIC,
    "POST /local/token": PUBLIC,
    "GET /api/v1/operations": OVERSEE,
}
DEAD_LETTERS = {
    "GET /api/v1/dead-letters": OVERSEE,
    "GET /api/v1/dead-letters/{letter_id}": OVERSEE,
    "GET /api/v1/dead-letters/{letter_id}/raw": AUDIT,
    "POST /api/v1/dead-letters/replay": OPERATE,
    "POST /api/v1/dead-letters/{letter_id}/replay": OPERATE,
    "POST /api/v1/dead-letters/{letter_id}/discard": OPERATE,
    "GET /dead-letters": OVERSEE,
    "GET /dead-letters/{letter_id}": OVERSEE,
    "POST /dead-letters/replay": OPERATE,
    "POST /dead-letters/{letter_id}/replay": OPERATE,
    "POST /dead-letters/{letter_id}/discard": OPERATE,
}
RIGHTS: dict[str, dict[str, Right]] = {
    "submissions": SHELL
    | {
        "GET /api/v1/obligations": READ,
        "GET /api/v1/obligations/{obligation_id}": READ,
        "POST /api/v1/obligations/opening": OPEN,
        "POST /api/v1/obligations/{obligation_id}/submissions": WRITE,
        "GET /api/v1/submissions": READ,
        "GET /api/v1/submissions/{submission_id}": READ,
        "POST /api/v1/submissions/{submission_id}/decision": DECIDE,
        "POST /api/v1/submissions/{submission_id}/withdrawal": WRITE,
        "GET /tasks": PUBLIC,  # leads on to /obligations
        "GET /obligations": READ,
        "POST /obligations/opening": OPEN,
        "GET /obligations/{obligation_id}": READ,
        "POST /obligations/{obligation_id}": WRITE,
        "GET /submissions/{submission_id}": READ,
        "POST /submissions/{submission_id}/decision": DECIDE,
        "POST /submissions/{submission_id}/withdrawal": WRITE,
    },
    # Figures are the whole province's to read; small counts in them are withheld (`aggregation/rules/disclosure`).
    "aggregation": SHELL
    | DEAD_LETTERS
    | {
        "GET /api/v1/indicators": EVERYBODY,
        "GET /api/v1/indicators/{code}/history": EVERYBODY,
        "GET /api/v1/indicators/{code}/explanation": EVERYBODY,
        "GET /api/v1/coverage": EVERYBODY,
        "GET /api/v1/checksum": OVERSEE,
        "GET /indicators": EVERYBODY,
        "GET /indicators/{code}": EVERYBODY,
        "GET /indicators/{code}/explanation": EVERYBODY,
        "GET /indicators/{code}/history": EVERYBODY,
        "GET /rebuilds": OVERSEE,
    },
    "notifications": SHELL
    | DEAD_LETTERS
    | {
        "GET /api/v1/deadlines": READ,
        "GET /api/v1/reminders": READ,
        "GET /api/v1/reminders/{reminder_id}": READ,
        "GET /api/v1/deliveries": READ,
        "GET /api/v1/contacts": ADDRESSES,
        "GET /api/v1/contacts/{unit}": ADDRESSES,
        "PUT /api/v1/contacts/{unit}": OPEN,
        "GET /deadlines": READ,
        "GET /reminders/{reminder_id}": READ,
        "GET /contacts": ADDRESSES,
        "POST /contacts": OPEN,
    },
    "audit": SHELL
    | DEAD_LETTERS
    | {
        "GET /api/v1/events": READ,
        "GET /api/v1/events/batch": INSPECT,
        "GET /api/v1/events/{event_id}": READ,
        "GET /api/v1/events/{event_id}/raw": EXACT,
        "GET /schemas/{type}.json": PUBLIC,
        "GET /schemas/events/{type}.json": PUBLIC,
        "GET /event-keys.json": PUBLIC,
        "GET /api/v1/inspections": READ,
        "POST /api/v1/inspections": INSPECT,
        "GET /api/v1/inspections/{inspection_id}": READ,
        "POST /api/v1/inspections/{inspection_id}/findings": INSPECT,
        "GET /api/v1/sources": PROVINCE_ONLY,
        "GET /log": READ,
        "GET /events/{event_id}": READ,
        "GET /subjects/{subject:path}": READ,
        "GET /inspections": READ,
        "GET /inspections/new": INSPECT,
        "POST /inspections/new": INSPECT,
        "GET /inspections/{inspection_id}": READ,
        "POST /inspections/{inspection_id}/findings": INSPECT,
        "GET /sources": PROVINCE_ONLY,
        "GET /operations": OVERSEE,
    },
}
