"""Who reads: the headers of somebody signed in."""

from aggregation.settings import AggregationSettings
from shared.auth import Role, issue_local_token


def reading_as(settings: AggregationSettings, role: Role, unit: str = "DAK_NONG") -> dict[str, str]:
    return {"Authorization": f"Bearer {issue_local_token(settings, role, unit)}"}
