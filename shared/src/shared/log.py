"""One logging pipeline: structlog and the standard library leave as JSON lines, with the trace they belong to."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from opentelemetry import trace

_DETAIL = re.compile(r"DETAIL:.*?(?=HINT:|CONTEXT:|\[SQL|\Z)", re.DOTALL)
SECRET_KEYS = frozenset({"authorization", "cookie", "password", "token", "email", "recipient", "set-cookie"})


def _add_trace(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = format(context.trace_id, "032x")
        event["span_id"] = format(context.span_id, "016x")
    return event


def _drop_secrets(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in [key for key in event if key.lower() in SECRET_KEYS]:
        event[key] = "[removed]"
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = without_details(value)
    return event


def without_details(text: str) -> str:
    """PostgreSQL's DETAIL quotes the row that failed, with whatever somebody typed into it, line breaks included.

    What follows it up to the next part of the message goes too: where the row ends cannot be told.
    """
    return _DETAIL.sub("DETAIL: [removed] ", text)


def configure_logging(service: str, level: int = logging.INFO) -> None:
    """Send every logger of this process to standard output as JSON. Call once, first."""

    def _add_service(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["service"] = service
        return event

    common: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_service,
        _add_trace,
        _drop_secrets,
    ]
    structlog.configure(
        processors=[
            *common,
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=common,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _drop_secrets,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for noisy in ("aiokafka", "httpx", "alembic.runtime.plugins", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # Instrumenting SQLAlchemy 2.1 needs skip_dep_check, and the library warns about it each time.
    logging.getLogger("opentelemetry.instrumentation.instrumentor").setLevel(logging.CRITICAL)
