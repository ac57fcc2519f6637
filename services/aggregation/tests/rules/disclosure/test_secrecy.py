"""Which values are kept secret, and how."""

import pytest

from aggregation.rules.disclosure import Secrecy, secrecy
from aggregation.rules.plan import PlanIndex


@pytest.mark.parametrize(
    ("measure", "unit", "kind"),
    [
        ("4.3", "DAK_NONG", "published"),
        ("4.3", "24736@2025-07-01", "local"),
        ("4.3", "667@2021-01-01", "local"),
        ("4.2", "DAK_NONG", "owner"),
        ("3.2a", "DAK_NONG", "owner"),
        ("3.3", "SO_Y_TE", "owner"),
        ("6.1", "24736@2025-07-01", "open"),
        ("4.1", "DAK_NONG", "open"),
    ],
)
def test_the_kind_follows_from_who_reports_the_figures(plan: PlanIndex, measure: str, unit: str, kind: Secrecy) -> None:
    assert secrecy(plan, plan.measures[measure], unit) == kind
