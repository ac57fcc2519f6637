"""The sender: claims due reminders, mails them, records what happened.

A claim is a lease with a fresh token, committed before the mail leaves, so two senders never hold the same reminder.
One window stays open, as with every SMTP client: the server has taken the message and this process ends before the
commit, or the line drops before the server's 250. The reminder is then sent again with the same Message-ID, so
mailboxes that collapse duplicates (RFC 7352) show it once, and `delivery` shows both attempts.
"""

import asyncio
import traceback
from datetime import datetime, timedelta
from typing import assert_never

import structlog
from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context, use_span
from sqlalchemy.ext.asyncio import AsyncEngine
from uuid6 import uuid7

from notifications.channels.email.message import Composer, message_id
from notifications.channels.email.smtp import Connection, Outcome, Server, Unreachable
from notifications.commands import tracing
from notifications.commands.tick import pause
from notifications.events import Teller
from notifications.rules.reminder import next_attempt
from notifications.settings import NotificationsSettings
from notifications.store import write
from notifications.store.write import Claim
from shared.clock import Clock
from shared.events import Event
from shared.messaging import publish

log = structlog.get_logger()


class Sender:
    def __init__(
        self, engine: AsyncEngine, clock: Clock, settings: NotificationsSettings, composer: Composer, teller: Teller
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._settings = settings
        self._server = Server.of(settings.smtp_url.get_secret_value())
        self._composer = composer
        self._teller = teller

    async def run(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            while await self.send_some(stopping) and not stopping.is_set():
                pass
            await pause(stopping, self._settings.tick_seconds)

    async def send_some(self, stopping: asyncio.Event | None = None) -> int:
        """Claim a few and deal with each; how many were claimed."""
        async with self._engine.begin() as tx:
            claims = await write.claim(tx, self._clock.now(), self._settings.lease, self._settings.claim_size)
        async with Connection(self._server, self._settings.smtp_timeout_seconds) as connection:
            for position, claim in enumerate(claims):
                if stopping is not None and stopping.is_set():
                    await self._let_go(claims[position:])
                    return 0
                try:
                    await self._deal_with(claim, connection)
                except Unreachable as error:
                    log.warning("mail.unreachable", reason_code=error.reason_code, smtp_code=error.smtp_code)
                    for waiting in claims[position + 1 :]:
                        await self._postpone(waiting)
                    return 0
                except Exception as error:
                    # This claim's trouble only, unless it cannot even be put off: then it is the database's.
                    _log_fault("reminder.put_off", claim, error)
                    await self._postpone(claim)
        return len(claims)

    async def _let_go(self, claims: list[Claim]) -> None:
        async with self._engine.begin() as tx:
            for claim in claims:
                await write.settle(tx, claim)

    async def _deal_with(self, claim: Claim, connection: Connection) -> None:
        span = tracing.start(
            "send mail", claim.traceparent, claim.traced_at, self._clock.now(), claim.reminder, SpanKind.CLIENT
        )
        with use_span(span, end_on_exit=True):
            context = set_span_in_context(span)
            if claim.email is None:
                await self._give_up(claim, claim.attempts, "no_contact", context)
                return
            started = self._clock.now()
            async with self._engine.begin() as tx:
                attempt = await write.begin_attempt(tx, claim, started, self._settings.lease)
            if attempt is None:
                await self._stop(claim, context)
                return
            try:
                outcome = await self._attempt(claim, claim.email, started, connection)
            except Unreachable as error:
                span.set_status(Status(StatusCode.ERROR, error.reason_code))
                outcome = Outcome("deferred", error.smtp_code, error.reason_code)
                await self._record(claim, attempt, outcome, started, context)
                raise
            if outcome.kind != "sent":
                span.set_status(Status(StatusCode.ERROR, outcome.reason_code or outcome.kind))
            await self._record(claim, attempt, outcome, started, context)

    async def _attempt(self, claim: Claim, email: str, started: datetime, connection: Connection) -> Outcome:
        """Raises `Unreachable`. A mail that cannot be made or handed over is deferred: a fact or a fix may mend it."""
        fault = "not_composed"
        try:
            mail = self._composer.compose(claim.reminder, claim.duty, email, started)
            fault = "not_sent"
            return await connection.send(mail, email)
        except Unreachable:
            raise
        except Exception as error:
            _log_fault(f"reminder.{fault}", claim, error)
            return Outcome("deferred", reason_code=f"{fault}.{type(error).__name__}")

    async def _record(self, claim: Claim, attempt: int, outcome: Outcome, started: datetime, context: Context) -> None:
        """The outcome, the attempt and the event in one transaction."""
        now = self._clock.now()
        identity = message_id(claim.reminder.id, self._settings.contact_domain)
        reminder, duty = claim.reminder, claim.duty
        async with self._engine.begin() as tx:
            event: Event | None = None
            match outcome.kind:
                case "sent":
                    mine = await write.settle(tx, claim, state="sent", sent_at=now, message_id=identity)
                    event = self._teller.sent(reminder, duty, attempt, identity, now)
                case "failed":
                    mine = await write.settle(tx, claim, state="failed", reason="rejected")
                    reason = outcome.reason_code or "rejected"
                    event = self._teller.failed(reminder, duty, attempt, reason, now)
                case "deferred":
                    mine = await write.settle(tx, claim, next_attempt_at=self._later(attempt))
                case _:
                    assert_never(outcome.kind)
            await write.log_delivery(
                tx,
                id=uuid7(),
                reminder_id=reminder.id,
                attempt=attempt,
                recipient=claim.email,
                state=outcome.kind,
                reason_code=outcome.reason_code,
                smtp_code=outcome.smtp_code,
                message_id=identity,
                started_at=started,
                finished_at=now,
            )
            if mine and event is not None:
                await publish(tx, event, context=context)
        log.info(
            "reminder.attempt",
            reminder_id=str(reminder.id),
            stage=reminder.stage,
            attempt=attempt,
            outcome=outcome.kind,
            smtp_code=outcome.smtp_code,
            reason_code=outcome.reason_code,
        )

    async def _stop(self, claim: Claim, context: Context) -> None:
        """Not owed any more, or too late: it is not sent. A claim that was lost is somebody else's to settle."""
        now = self._clock.now()
        async with self._engine.begin() as tx:
            stopped = await write.stop(tx, claim, now)
            if stopped is not None:
                await publish(tx, self._teller.superseded(stopped, claim.duty, now, claim.attempts), context=context)

    async def _give_up(self, claim: Claim, attempt: int, reason_code: str, context: Context) -> None:
        now = self._clock.now()
        async with self._engine.begin() as tx:
            if await write.settle(tx, claim, state="failed", reason=reason_code):
                event = self._teller.failed(claim.reminder, claim.duty, attempt, reason_code, now)
                await publish(tx, event, context=context)

    async def _postpone(self, claim: Claim) -> None:
        """Not tried: its turn would have met the same closed door. It is not counted as an attempt."""
        async with self._engine.begin() as tx:
            await write.settle(tx, claim, next_attempt_at=self._later(claim.attempts + 1))

    def _later(self, attempts: int) -> datetime:
        base = timedelta(seconds=self._settings.retry_base_seconds)
        return next_attempt(self._clock.now(), attempts, base, timedelta(seconds=self._settings.retry_cap_seconds))


def _log_fault(name: str, claim: Claim, error: Exception) -> None:
    """What and where, without the error's text: it may hold an address."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].name}:{frames[-1].lineno}" if frames else None
    log.error(name, reminder_id=str(claim.reminder.id), error=type(error).__name__, place=place)
