"""Events as the services publish them."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from shared.events import (
    Event,
    IndicatorAggregated,
    IndicatorFigures,
    NotificationSent,
    ObligationOpened,
    SubmissionReceived,
)

UNIT, OTHER = "24736@2025-07-01", "24615@2025-07-01"
THEN = datetime(2026, 12, 14, 16, 12, tzinfo=UTC)


def opened(obligation_id: UUID, *, unit: str = UNIT, time: datetime = THEN) -> Event:
    data = ObligationOpened(
        obligation_id=obligation_id, obligation="O1", form="B01-XA", unit=unit, period="2026", version=1, due_at=THEN
    )
    return Event.of(data, source="/submissions", subject=str(obligation_id), time=time, catalogue_version="0" * 64)


def received(
    obligation_id: UUID, revision: int = 1, *, unit: str = UNIT, time: datetime = THEN, period: str = "2026"
) -> Event:
    data = SubmissionReceived(
        obligation_id=obligation_id,
        submission_id=uuid4(),
        obligation="O1",
        form="B01-XA",
        unit=unit,
        period=period,
        version=revision + 1,
        revision=revision,
        received_at=time,
        due_at=THEN,
        content_sha256="0" * 64,
        observations=[],
    )
    return Event.of(data, source="/submissions", subject=str(obligation_id), time=time, catalogue_version="0" * 64)


def notified(obligation_id: UUID, stage: str = "T-30", *, unit: str = UNIT) -> Event:
    data = NotificationSent(
        reminder_id=uuid4(),
        obligation_id=obligation_id,
        unit=unit,
        period="2026",
        stage=stage,
        channel="email",
        recipient_role="reporter",
        attempt=1,
    )
    return Event.of(data, source="/notifications", subject=str(obligation_id), time=THEN, catalogue_version="0" * 64)


def aggregated(period: str = "2026") -> Event:
    figures = IndicatorFigures(value="104.516666", reported=1, expected=28, assessment="not_assessed")
    data = IndicatorAggregated(
        measure="4.1", indicator="4.1", unit="DAK_NONG", period=period, as_of=THEN,
        values={"received": figures, "accepted": figures},
    )  # fmt: skip
    return Event.of(
        data, source="/aggregation", subject=f"4.1|DAK_NONG|{period}", time=THEN, catalogue_version="0" * 64
    )
