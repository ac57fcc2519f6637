"""What one batch changes of each source."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from audit.rules.entry import LogEntry, read_entry
from audit.rules.sources.changes import (
    SourceChanges,
    advance,
    changes_by_source,
    went_back,
    without_implausible,
    without_repeated,
)
from audit.rules.sources.heartbeat import AHEAD, SentUpTo
from audit.rules.sources.sequence import Missing, NumberRange, SourceProgress
from services.audit.tests.sample_events import THEN, opened


def entry(source: str, sequence: int | None) -> LogEntry:
    event = opened(uuid4())
    made = read_entry(event, event.to_bytes(), received_at=THEN, topic="t", partition=0, offset=0)
    return replace(made, source=source, sequence=sequence)


def test_entries_and_heartbeats_of_each_source_keep_their_order() -> None:
    entries = [entry("/a", 2), entry("/b", None), entry("/a", 1)]
    heartbeats = [SentUpTo("/c", 0, None, THEN), SentUpTo("/a", 2, None, THEN)]
    changes = changes_by_source(entries, heartbeats)
    assert changes == {
        "/a": SourceChanges([entries[0], entries[2]], [heartbeats[1]]),
        "/b": SourceChanges([entries[1]], []),
        "/c": SourceChanges([], [heartbeats[0]]),
    }
    assert (changes["/a"].numbers, changes["/a"].unnumbered) == ([2, 1], 0)
    assert (changes["/b"].numbers, changes["/b"].unnumbered) == ([], 1)


def test_a_heartbeat_counts_after_the_events_of_its_batch() -> None:
    changes = SourceChanges([entry("/a", 1), entry("/a", 1)], [SentUpTo("/a", 3, None, THEN)])
    progress, forked = advance(SourceProgress(), changes, THEN)
    assert progress == SourceProgress(4, (Missing(2, 3, THEN),)) and forked == [1]


def test_a_source_that_announces_less_than_before_went_back() -> None:
    def beats(*sequences: int) -> list[SentUpTo]:
        return [SentUpTo("/a", sequence, None, THEN) for sequence in sequences]

    assert went_back(7, beats(7, 9)) == []
    assert went_back(None, beats(0, 3)) == []
    assert went_back(9, beats(4, 4)) == [NumberRange(5, 9)]
    assert went_back(9, beats(12, 0, 3)) == [NumberRange(1, 12)]


def test_a_heartbeat_no_later_than_the_last_one_says_nothing() -> None:
    early, late, later = (SentUpTo("/a", n, None, THEN + timedelta(seconds=n)) for n in (1, 2, 3))
    progress, changes = SourceProgress(announced_at=late.time), SourceChanges([], [early, late, later, late])
    assert without_repeated(progress, changes, THEN) == (SourceChanges([], [later]), [early, late, late])
    assert without_repeated(SourceProgress(), SourceChanges([], [late, late, early]), THEN) == (
        SourceChanges([], [late]),
        [late, early],
    )


def test_a_heartbeat_from_the_future_is_no_word_of_today() -> None:
    at_most, beyond = (SentUpTo("/a", 1, None, THEN + AHEAD + timedelta(seconds=n)) for n in (0, 1))
    changes = SourceChanges([], [at_most, beyond])
    assert without_implausible(SourceProgress(), changes, THEN) == (SourceChanges([], [at_most]), [beyond])


def test_what_was_kept_of_the_future_keeps_nobody_from_being_heard() -> None:
    changes = SourceChanges([], [SentUpTo("/a", 1, None, THEN)])
    assert without_repeated(SourceProgress(announced_at=THEN + timedelta(days=300)), changes, THEN) == (changes, [])
    assert without_repeated(SourceProgress(announced_at=THEN + AHEAD), changes, THEN)[1] == changes.heartbeats
