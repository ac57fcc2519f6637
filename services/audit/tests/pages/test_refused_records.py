"""One record is one line, however many services refused it."""

from datetime import UTC, datetime, timedelta

from audit.pages.refused_records import refused_records
from shared.web.operations.schemas import LettersState, OpenLetter, OutboxState, ServiceOperations

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def letter(id_: int, offset: int, reason: str = "no event", *, sent: datetime | None = NOON, at: int = 0) -> OpenLetter:
    return OpenLetter(
        id=id_,
        topic="submissions.v1",
        partition=3,
        offset=offset,
        timestamp=sent,
        type=None,
        reason=reason,
        created_at=NOON + timedelta(seconds=at),
        trace_id=None,
    )


def report(service: str, *newest: OpenLetter) -> ServiceOperations:
    return ServiceOperations(
        service=service,
        build="dev",
        outbox=OutboxState(waiting=0, oldest_seconds=0, late=False),
        dead_letters=LettersState(open=len(newest), oldest_at=None, newest=list(newest)),
        consumer=None,
        slow_traces=[],
    )


def test_three_refusals_are_one_record() -> None:
    [record] = refused_records(
        [report("aggregation", letter(1, 7)), report("notifications", letter(5, 7)), report("audit", letter(9, 7))]
    )
    assert [(one.service, one.letter.id) for one in record.refusals] == [
        ("aggregation", 1), ("notifications", 5), ("audit", 9),
    ]  # fmt: skip
    assert record.record.offset == 7


def test_a_reason_is_told_once() -> None:
    [record] = refused_records(
        [
            report("aggregation", letter(1, 7, "no form")),
            report("notifications", letter(5, 7)),
            report("audit", letter(9, 7)),
        ]
    )
    told = {reason: [one.service for one in refusals] for reason, refusals in record.reasons.items()}
    assert told == {"no form": ["aggregation"], "no event": ["notifications", "audit"]}


def test_another_record_at_the_same_place_is_another() -> None:
    """A broker that keeps nothing begins at offset 0 again."""
    later = NOON + timedelta(hours=1)
    records = refused_records(
        [report("audit", letter(1, 0), letter(2, 0, sent=later)), report("aggregation", letter(1, 0))]
    )
    assert sorted(len(one.refusals) for one in records) == [1, 2]


def test_the_newest_comes_first() -> None:
    records = refused_records(
        [report("audit", letter(2, 8, at=5), letter(1, 7)), report("aggregation", letter(1, 7, at=9))]
    )
    assert [one.record.offset for one in records] == [7, 8]
    assert refused_records([]) == []
