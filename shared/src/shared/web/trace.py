"""The trace id that a page and a problem show, so that a person can quote it."""

import secrets

from opentelemetry import trace
from starlette.types import Scope


def trace_id(scope: Scope) -> str:
    """32 hex digits: the current span's, else one made for this request and kept."""
    state = scope.setdefault("state", {})
    if "trace_id" not in state:
        context = trace.get_current_span().get_span_context()
        state["trace_id"] = f"{context.trace_id:032x}" if context.is_valid else secrets.token_hex(16)
    return str(state["trace_id"])
