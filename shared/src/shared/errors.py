"""Why something is refused. Rules and commands raise these; the web answers them as RFC 9457 wants.

This module imports nothing of the web, so that every layer may raise from here.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.text import Fault, Text
from shared.text.texts import text


class StartError(Exception):
    """This process must not start: what is missing, and what to write or to set."""


MOST_FAULTS = 100
"""So many faults are told in one answer; of the rest it tells how many there are."""


class Problem(Exception):
    """An answer with status ≥ 400. `extra` adds members to the JSON, `headers` to the response; `more` faults were
    found than were given."""

    def __init__(
        self,
        status: int,
        code: str,
        title: Text,
        faults: Sequence[Fault] = (),
        *,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
        more: int = 0,
    ) -> None:
        super().__init__(f"{status} {code}: {title.en}")
        self.status = status
        self.code = code
        self.title = title
        self.faults = tuple(faults[:MOST_FAULTS])
        self.more = more + max(0, len(faults) - MOST_FAULTS)
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})


def invalid(faults: Sequence[Fault], *, title: Text | None = None, more: int = 0) -> Problem:
    """422 with every fault found, as far as one answer tells them."""
    return Problem(422, "invalid", title or text("problem.invalid"), faults, more=more)


def not_found(what: Text | None = None) -> Problem:
    return Problem(404, "not-found", what or text("problem.not_found"))


def forbidden(why: Text) -> Problem:
    return Problem(403, "forbidden", why)


def conflict(code: str, why: Text, faults: Sequence[Fault] = ()) -> Problem:
    """409: the thing is not in a state that allows this."""
    return Problem(409, code, why, faults)


def precondition_failed(faults: Sequence[Fault] = ()) -> Problem:
    """412: If-Match does not name the current state (RFC 9110 section 13.1.1)."""
    return Problem(412, "precondition-failed", text("problem.precondition_failed"), faults)


def precondition_required(faults: Sequence[Fault] = ()) -> Problem:
    """428: the request must say which state it changes (RFC 6585 section 3)."""
    return Problem(428, "precondition-required", text("problem.precondition_required"), faults)
