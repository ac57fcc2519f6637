"""`tiendo trace ID`: what happened to one submission, reminder or event, over all services, as a waterfall.

Reads the spans that the services write to `.local/spans` (OpenTelemetry's `ReadableSpan.to_json`, one per line).
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from tiendo_local.commands.span import TraceSpan, parse_span
from tiendo_local.commands.waterfall import draw
from tiendo_local.console import LocalFault, say

FILES = 200  # newest first
BYTES = 512 * 1024 * 1024
SPANS = 1000  # drawn at most
TRACES = 20  # one id may occur in several traces: an obligation's do


def show_trace(folder: Path, wanted: str) -> int:
    """Print the waterfall. Raises LocalFault when no span knows the id."""
    spans = collect(folder, wanted)
    if not spans:
        raise LocalFault(f"No span in {folder} has `{wanted}` as trace, submission, obligation, reminder or event.")
    for line in draw(spans[:SPANS], shutil.get_terminal_size((120, 24)).columns):
        say(line)
    if len(spans) > SPANS:
        say(f"… and {len(spans) - SPANS} more spans")
    return 0


def collect(folder: Path, wanted: str) -> list[TraceSpan]:
    """The spans of every trace that `wanted` names, and what is one link away from them."""
    wanted = wanted.strip().lower().removeprefix("0x")
    if not re.fullmatch(r"[0-9a-z@._|:-]{4,100}", wanted):
        raise LocalFault(f"`{wanted[:100]}` is not an id.")
    named = [span.trace for span in _read(folder, {wanted}) if wanted in span.names]
    traces = set(sorted(set(named), key=named.index)[-TRACES:])
    if not traces:
        return []
    near = list(_read(folder, traces))
    own = [span for span in near if span.trace in traces]
    if wanted not in traces:
        own = _about(wanted, own)
    return own + _linked(folder, own, [span for span in near if span.trace not in traces])


def _linked(folder: Path, own: list[TraceSpan], others: list[TraceSpan]) -> list[TraceSpan]:
    """Spans of other traces that link to one of `own` or that one of `own` links to, with what stands below them."""
    own_keys, own_traces = {span.key for span in own}, {span.trace for span in own}
    linking = [span for span in others if own_keys & set(span.links)]
    linked = {link for span in own for link in span.links if link[0] not in own_traces}
    traces = {span.trace for span in linking} | {trace for trace, _ in linked}
    if not traces:
        return []
    far = [span for span in _read(folder, traces) if span.trace in traces]
    keys = _with_descendants({span.key for span in linking}, far) | linked
    return [span.as_linked() for span in far if span.key in keys]


def _about(wanted: str, spans: list[TraceSpan]) -> list[TraceSpan]:
    """Of spans that may be about many things (one call opens every obligation), those above and below `wanted`'s."""
    known = {span.key: span for span in spans}
    named = {span.key for span in spans if wanted in span.names}
    keys = _with_descendants(named, spans)
    for key in named:
        above = known.get(key)
        while above is not None and above.parent and (above.trace, above.parent) not in keys:
            keys.add((above.trace, above.parent))
            above = known.get((above.trace, above.parent))
    return [span for span in spans if span.key in keys]


def _with_descendants(keys: set[tuple[str, str]], spans: list[TraceSpan]) -> set[tuple[str, str]]:
    """The spans of `keys` and whatever stands below them."""
    below: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for span in spans:
        if span.parent:
            below.setdefault((span.trace, span.parent), []).append(span.key)
    found = set(keys)
    waiting = list(keys)
    while waiting:
        fresh = [key for key in below.get(waiting.pop(), ()) if key not in found]
        found.update(fresh)
        waiting += fresh
    return found


def _read(folder: Path, needles: set[str]) -> Iterator[TraceSpan]:
    """Spans whose line holds one of `needles`; lines that are no span are passed over."""
    pattern = re.compile("|".join(re.escape(n) for n in sorted(needles)).encode(), re.IGNORECASE)
    left = BYTES
    files = sorted(folder.glob("*.jsonl"), key=lambda p: p.stat().st_mtime, reverse=True)[:FILES]
    for path in files:
        with path.open("rb") as file:
            for line in file:
                left -= len(line)
                if left < 0:
                    return
                if pattern.search(line) and (span := parse_span(line)) is not None:
                    yield span
