"""Who reads: the headers of somebody signed in."""

from aggregation.settings import AggregationSettings
from shared.access import Role
from shared.auth import issue_local_token


def reading_as(settings: AggregationSettings, role: Role, unit: str | None = None) -> dict[str, str]:
    """`unit`: unless given a department for roles that report, the plan's own area for others."""
    unit = unit or ("SO_Y_TE" if role in ("reporter", "head") else "DAK_NONG")
    return {"Authorization": f"Bearer {issue_local_token(settings, role, unit)}"}
