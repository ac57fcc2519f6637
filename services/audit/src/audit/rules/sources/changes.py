"""What one batch changes of each source."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from audit.rules.entry import LogEntry
from audit.rules.sources.heartbeat import SentUpTo, is_ahead, is_plausible
from audit.rules.sources.sequence import NumberRange, SourceProgress, absorb, announce


@dataclass(frozen=True, slots=True)
class SourceChanges:
    """The entries and heartbeats of one source in one batch, each in the order they arrived."""

    entries: list[LogEntry] = field(default_factory=list)
    heartbeats: list[SentUpTo] = field(default_factory=list)

    @property
    def numbers(self) -> list[int]:
        return [entry.sequence for entry in self.entries if entry.sequence is not None]

    @property
    def unnumbered(self) -> int:
        return sum(entry.sequence is None for entry in self.entries)


def changes_by_source(entries: Collection[LogEntry], heartbeats: Collection[SentUpTo]) -> dict[str, SourceChanges]:
    """The changes of each source that the batch names."""
    changes: dict[str, SourceChanges] = {}
    for entry in entries:
        changes.setdefault(entry.source, SourceChanges()).entries.append(entry)
    for heartbeat in heartbeats:
        changes.setdefault(heartbeat.source, SourceChanges()).heartbeats.append(heartbeat)
    return changes


def went_back(announced: int | None, heartbeats: Iterable[SentUpTo]) -> list[NumberRange]:
    """What the source said to have sent and then knew nothing of: its heartbeats come in order, from one partition.

    `announced` is what the last heartbeat before these said.
    """
    ranges, last = [], announced or 0
    for heartbeat in heartbeats:
        if heartbeat.sequence < last:
            ranges.append(NumberRange(heartbeat.sequence + 1, last))
        last = heartbeat.sequence
    return ranges


def without_implausible(
    progress: SourceProgress, changes: SourceChanges, now: datetime
) -> tuple[SourceChanges, list[SentUpTo]]:
    """The changes without heartbeats that announce what cannot be, or from the future, and these: as gaps they would
    hide the true ones, or keep them from being heard."""
    since = None if progress.heard_at is None else now - progress.heard_at
    reached = max((progress.next, *changes.numbers))
    refused = [
        beat for beat in changes.heartbeats if is_ahead(beat.time, now) or not is_plausible(beat, reached, since)
    ]
    if not refused:
        return changes, []
    return replace(changes, heartbeats=[beat for beat in changes.heartbeats if beat not in refused]), refused


def without_repeated(
    progress: SourceProgress, changes: SourceChanges, now: datetime
) -> tuple[SourceChanges, list[SentUpTo]]:
    """The changes without heartbeats that are no later than one before, and these: the inbox forgets what was read long
    ago, and somebody may have kept it. A source that went back speaks later all the same. What is kept of the future,
    of before such words were refused, is none."""
    kept: list[SentUpTo] = []
    repeated = []
    last = progress.announced_at
    if last is not None and is_ahead(last, now):
        last = None
    for beat in changes.heartbeats:
        if last is None or beat.time > last:
            kept.append(beat)
            last = beat.time
        else:
            repeated.append(beat)
    return (replace(changes, heartbeats=kept) if repeated else changes), repeated


def advance(progress: SourceProgress, changes: SourceChanges, now: datetime) -> tuple[SourceProgress, list[int]]:
    """The progress after the changes, and the numbers that were used before. Events count before heartbeats."""
    after, forked = absorb(progress, changes.numbers, now)
    for heartbeat in changes.heartbeats:
        after = announce(after, heartbeat.sequence, now)
    return after, forked
