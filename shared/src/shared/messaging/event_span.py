"""The spans of an event on its way: created, sent, processed. Thousands end in a second, and none changes before.

The SDK's own span may be changed by anybody until it ends: a lock, a copy and a check of each attribute, six times the
cost of what is told. This one has its identity from the beginning, so that others can hang under it, and is told in one
piece at its end, as the SDK's `ReadableSpan` and to the same processors.
"""

import time
from collections.abc import Mapping
from typing import NamedTuple

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from shared import telemetry

_SCOPE = InstrumentationScope(telemetry.SCOPE, "", "")
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)
_IDS = RandomIdGenerator()
_UNSET = Status(StatusCode.UNSET)


class EventSpan(NamedTuple):
    """Begun. `context` is its identity, what hangs under it names it as the parent.

    Of a trace that is not kept there is no span: `context` is then the parent's own.
    """

    parent: SpanContext
    context: SpanContext
    began: int  # ns since 1970

    @property
    def is_kept(self) -> bool:
        return self.context is not self.parent

    @property
    def traceparent(self) -> str:
        """For what follows (W3C Trace Context)."""
        own = self.context
        return f"00-{own.trace_id:032x}-{own.span_id:016x}-{own.trace_flags:02x}"

    def end(
        self,
        name: str,
        kind: SpanKind,
        attributes: Mapping[str, str | int],
        error: BaseException | None = None,
    ) -> None:
        """Tell it, if it is kept. Of an error only its class: its words may quote what somebody typed."""
        if not self.is_kept:
            return
        status = _UNSET
        if error is not None:
            status = Status(StatusCode.ERROR, type(error).__name__)
            attributes = {**attributes, telemetry.ERROR_TYPE: type(error).__name__}
        telemetry.PROCESSORS.on_end(
            ReadableSpan(
                name,
                self.context,
                self.parent,
                telemetry.resource(),
                attributes,
                kind=kind,
                status=status,
                start_time=self.began,
                end_time=time.time_ns(),
                instrumentation_scope=_SCOPE,
            )
        )


def begin(parent: SpanContext) -> EventSpan:
    """A span under `parent`, whose decision it follows. In a process that tells no spans there is none."""
    context = parent
    if parent.is_valid and parent.trace_flags.sampled and telemetry.resource() is not None:
        context = SpanContext(parent.trace_id, _IDS.generate_span_id(), False, _SAMPLED, parent.trace_state)
    return EventSpan(parent, context, time.time_ns())
