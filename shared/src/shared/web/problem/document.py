"""A refusal as RFC 9457 wants it told: one document that lists every fault."""

from typing import Any

from shared.errors import Problem
from shared.text import Language

MEDIA_TYPE = "application/problem+json"
# RFC 4151: a name that nobody has to serve and nobody else can give. "urn:tiendo" is of no registered namespace.
TYPE = "tag:tiendo.vn,2026-11-29:problem:"


def document(problem: Problem, language: Language, *, instance: str = "", trace_id: str = "") -> dict[str, Any]:
    """The members of RFC 9457 section 3.1, with `errors` as in its example of several faults; `more` is how
    many there are besides."""
    return {
        "type": TYPE + problem.code,
        "title": problem.title.in_(language),
        "status": problem.status,
        "code": problem.code,
        "instance": instance,
        "trace_id": trace_id,
        "errors": [
            {"pointer": fault.pointer, "code": fault.code, "message": fault.text.in_(language)}
            for fault in problem.faults
        ],
        **({"more": problem.more} if problem.more else {}),
        **problem.extra,
    }
