"""A waterfall of spans in plain text: who, what, when, a bar, how long."""

from datetime import UTC, datetime

from tiendo_local.clock import VIETNAM
from tiendo_local.commands.span import TraceSpan

DEEPEST = 8
EIGHTHS = " ▏▎▍▌▋▊▉█"


def draw(spans: list[TraceSpan], width: int = 120) -> list[str]:
    """A part per trace, by time: days may lie between them. Lines are at most `width` wide (80 or more)."""
    parts = _by_trace(spans)
    lines: list[str] = []
    for trace, part in parts.items():
        lines += ([""] if lines else []) + _draw_one(trace, part, max(width, 80))
    if any(span.linked for span in spans):
        lines += ["", "↪ another trace, joined by a link"]
    return lines


def _by_trace(spans: list[TraceSpan]) -> dict[str, list[TraceSpan]]:
    """The spans of each trace, the earliest trace first. What is joined by a link stands in the part begun by then."""
    begins: dict[str, float] = {}
    for span in spans:
        if not span.linked:
            begins[span.trace] = min(begins.get(span.trace, span.start), span.start)
    traces = sorted(begins, key=lambda trace: begins[trace])
    parts: dict[str, list[TraceSpan]] = {trace: [] for trace in traces}
    for span in spans:
        begun = [trace for trace in traces if begins[trace] <= span.start] or traces[:1]
        parts[begun[-1] if span.linked else span.trace].append(span)
    return parts


def _draw_one(trace: str, spans: list[TraceSpan], width: int) -> list[str]:
    begin = min(s.start for s in spans)
    whole = max(*(s.end - begin for s in spans), 1e-6)
    service_width = max(7, *(len(s.service) for s in spans))
    bar_width = max(16, min(50, width - service_width - 62))
    name_width = max(24, width - service_width - bar_width - 26)
    when = datetime.fromtimestamp(begin, UTC).astimezone(VIETNAM)
    services = len({s.service for s in spans})
    title = f"trace {trace}: {len(spans)} spans, {services} services, {duration(whole)}"
    head = f"{'service':<{service_width}}  {'span':<{name_width}}  {'at':>9}  {'':<{bar_width}}  {'took':>9}"
    lines = [f"{title}, from {when:%d/%m/%Y %H:%M:%S.%f} +07", "", head]
    for depth, span in ordered(spans):
        mark = "↪ " if span.linked and depth == 0 else ""
        name = "  " * min(depth, DEEPEST) + mark + span.name + (" ✗" if span.failed else "")
        cells = (
            f"{span.service:<{service_width}}",
            f"{_cut(name, name_width):<{name_width}}",
            f"{duration(span.start - begin):>9}",
            _bar((span.start - begin) / whole, (span.end - span.start) / whole, bar_width),
            f"{duration(span.end - span.start):>9}",
        )
        lines.append("  ".join(cells))
    return lines


def ordered(spans: list[TraceSpan]) -> list[tuple[int, TraceSpan]]:
    """Each span with its depth: children follow their parent, siblings and roots go by start."""
    known = {span.key for span in spans}
    children: dict[tuple[str, str] | None, list[TraceSpan]] = {}
    for span in sorted(spans, key=lambda s: (s.start, s.end)):
        parent = (span.trace, span.parent) if span.parent else None
        children.setdefault(parent if parent in known and parent != span.key else None, []).append(span)
    found: list[tuple[int, TraceSpan]] = []
    stack = [(0, span) for span in reversed(children.get(None, []))]
    while stack:
        depth, span = stack.pop()
        found.append((depth, span))
        stack += [(depth + 1, child) for child in reversed(children.get(span.key, []))]
    return found


def duration(seconds: float) -> str:
    """`0.4 ms`, `183.0 ms`, `2.40 s`, `3.2 min`, `5.1 h`."""
    for limit, unit, factor, digits in ((1, "ms", 1000, 1), (100, "s", 1, 2), (6000, "min", 1 / 60, 1)):
        if seconds < limit:
            return f"{seconds * factor:.{digits}f} {unit}"
    return f"{seconds / 3600:.1f} h"


def _bar(start: float, length: float, width: int) -> str:
    """A bar of at least one mark, never over the edge."""
    first = min(int(start * width), width - 1)
    marks = max(1, round(length * width * 8))
    full, rest = divmod(min(marks, (width - first) * 8), 8)
    return (" " * first + "█" * full + (EIGHTHS[rest] if rest else "")).ljust(width)


def _cut(text: str, width: int) -> str:
    clean = "".join(c if c.isprintable() else " " for c in text)
    return clean if len(clean) <= width else clean[: width - 1] + "…"
