"""`X-Tiendo-Illustrative`: the header that marks demonstration data."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Header

from shared.errors import Problem, invalid
from submissions.commands.context import SubmissionsContext
from submissions.rules.texts import text
from submissions.rules.violation import violation

HEADER = "X-Tiendo-Illustrative"
MAX_LENGTH = 40
Illustrative = Annotated[str | None, Header(alias=HEADER, max_length=MAX_LENGTH)]


def read_illustrative(context: SubmissionsContext, header: str | None) -> datetime | None:
    """`true`, or the past instant at which the report, opening or decision pretends to happen.

    Problem 400 in production, 422 for anything else.
    """
    if header is None:
        return None
    if context.settings.environment == "production":
        raise Problem(400, "illustrative-refused", text("problem.illustrative_refused"))
    if header == "true":
        return None
    try:
        instant = datetime.fromisoformat(header)
        if instant.tzinfo is None or instant > context.clock.now():
            raise ValueError(header)
        return instant.astimezone(UTC)
    except (ValueError, OverflowError):  # 0001-01-01T00:00+14:00 is no instant in UTC
        raise invalid([violation("instant_invalid", f"/header/{HEADER}").fault()]) from None
