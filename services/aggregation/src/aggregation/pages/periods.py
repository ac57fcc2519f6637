"""The periods that a page offers."""

from collections.abc import Sequence

from aggregation.http.context import AggregationContext
from aggregation.http.query import Scope


def selectable_periods(context: AggregationContext, scope: Scope, opened: Sequence[str]) -> list[str]:
    """What the reader may switch to, newest first."""
    return sorted({*opened, scope.period, context.year, *(p[:4] for p in opened)}, reverse=True)
