"""Who reads: the headers of somebody signed in."""

from aggregation.settings import AggregationSettings
from shared.access import Role
from shared.auth import issue_local_token


def reading_as(settings: AggregationSettings, role: Role, unit: str = "DAK_NONG") -> dict[str, str]:
    return {"Authorization": f"Bearer {issue_local_token(settings, role, unit)}"}
