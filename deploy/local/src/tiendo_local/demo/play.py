"""`tiendo up --demo`: play illustrative submissions of 2024, 2025 and 2026 through the same HTTP API that agencies use.

Each carries `X-Tiendo-Illustrative` with the moment it pretends to be sent at, which the services accept outside
production only, and is labelled "dữ liệu minh họa" wherever it is shown. Playing twice changes nothing: every request
has its own Idempotency-Key.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from shared.catalogue import Catalogue, Field, Period, load
from tiendo_local.console import LocalFault, say
from tiendo_local.demo.chance import chance
from tiendo_local.demo.illustration import YEARS, Illustration
from tiendo_local.system import System

AT_ONCE = 6
ROOT = "DAK_NONG"
CORRECTED = ("B10-YTE", "2025")
CORRECTION = "Cập nhật số liệu sau đối chiếu (dữ liệu minh họa)"
RETURNED = "Đề nghị kiểm tra lại tổng dân số (dữ liệu minh họa)"


def play(system: System) -> None:
    """Play everything up to the system's time. Raises LocalFault when the API refuses something."""
    now = datetime.now(UTC) + timedelta(seconds=system.offset)
    played = asyncio.run(Player(system, now).play())
    say(f"Demonstration: {played} illustrative submissions (dữ liệu minh họa).")


@dataclass(frozen=True)
class OpenedObligation:
    """An opened obligation, as the API lists it."""

    id: str
    form: str
    unit: str
    period: str
    due_at: datetime
    revision: int


class Player:
    def __init__(self, system: System, now: datetime) -> None:
        self._system = system
        self._now = now
        self._catalogue: Catalogue = load()
        self._illustration = Illustration(self._catalogue)
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def play(self) -> int:
        url = f"{self._system.urls['submissions']}/api/v1"
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            self._client = client
            played = 0
            for period in self._periods():
                await self._post("/obligations/opening", {"period": str(period)}, "ops", ROOT)
                owed = [answer async for answer in self._owed(period)]
                done = await asyncio.gather(*(self._report(answer, period) for answer in owed))
                played += sum(done)
            return played

    def _periods(self) -> list[Period]:
        names = [name for year in YEARS for name in (*(f"{year}-Q{q}" for q in range(1, 5)), str(year))]
        periods = [Period.parse(name) for name in names]
        return [period for period in periods if period.start <= self._now.date()]

    async def _owed(self, period: Period) -> AsyncIterator[OpenedObligation]:
        cursor: str | None = None
        while True:
            query = {"period": str(period), "limit": "200", **({"cursor": cursor} if cursor else {})}
            page = (await self._send("GET", "/obligations", "coordinator", ROOT, params=query)).json()
            for item in page["items"]:
                due = datetime.fromisoformat(item["due_at"])
                yield OpenedObligation(item["id"], item["form"], item["unit"], item["period"], due, item["revision"])
            cursor = page["next"]
            if not cursor:
                return

    async def _report(self, answer: OpenedObligation, period: Period) -> bool:
        """One unit's report, and what the coordinator made of it; False for one that has not come yet."""
        if answer.revision or not self._has_come(answer, period):
            return False
        async with self._slots:
            last = await self._submit(answer, period, 1)
            if (answer.form, answer.period) == CORRECTED:
                last = await self._submit(answer, period, 2)
            fate = chance("fate", answer.unit, answer.period)
            if answer.due_at <= self._now or fate < 0.5:
                await self._decide(last, "accept", None)
            elif fate > 0.9:
                await self._decide(last, "return", RETURNED)
        return True

    def _has_come(self, answer: OpenedObligation, period: Period) -> bool:
        if answer.due_at > self._now:
            return chance("early", answer.unit, answer.period) < 0.4
        return period.year < self._now.year or chance("punctual", answer.unit, answer.period) < 0.95

    async def _submit(self, answer: OpenedObligation, period: Period, revision: int) -> str:
        body: dict[str, Any] = {
            "observations": [
                self._observation(answer, field, period, revision)
                for field in self._catalogue.forms[answer.form].fields
            ],
            "narrative": {},
            "evidence": [],
            "reason": CORRECTION if revision > 1 else None,
        }
        moment = self._moment(answer) + timedelta(days=revision - 1)
        headers = {"X-Tiendo-Illustrative": min(moment, self._now).isoformat()}
        path = f"/obligations/{answer.id}/submissions"
        answered = await self._post(
            path, body, "reporter", answer.unit, key=f"demo-{answer.id}-{revision}", headers=headers
        )
        return str(answered["id"])

    def _moment(self, answer: OpenedObligation) -> datetime:
        """Mostly in the fortnight before the due instant; one in twelve some days after it."""
        luck = chance("moment", answer.unit, answer.period)
        days = 14 * float(luck) - (4 if chance("late", answer.unit, answer.period) < 0.08 else 0)
        return answer.due_at - timedelta(days=days, hours=9)

    def _observation(self, answer: OpenedObligation, field: Field, period: Period, revision: int) -> dict[str, Any]:
        unit = self._catalogue.unit(answer.unit)
        category = next(iter(field.disaggregation.values()), None)
        value = self._illustration.value(unit, field.element, category, period.year, period.quarter)
        if revision == 1 and (answer.form, answer.period) == CORRECTED and field.element == "n_maternal_deaths":
            value -= 1
        status = "estimate" if answer.due_at > self._now else "final"
        return {
            "measure": field.element,
            "value": str(value),
            "disaggregation": dict(field.disaggregation),
            "status": status,
            "note": None,
        }

    async def _decide(self, submission: str, decision: str, reason: str | None) -> None:
        body = {"decision": decision, "reason": reason}
        await self._post(f"/submissions/{submission}/decision", body, "coordinator", ROOT, key=f"demo-{submission}")

    async def _post(
        self,
        path: str,
        body: dict[str, Any],
        role: str,
        unit: str,
        *,
        key: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        extra = {**(headers or {}), **({"Idempotency-Key": key} if key else {})}
        answer: dict[str, Any] = (await self._send("POST", path, role, unit, json=body, headers=extra)).json()
        return answer

    async def _send(self, method: str, path: str, role: str, unit: str, **request: Any) -> httpx.Response:
        token = self._system.issuer.token(role, unit)
        headers = {"Authorization": f"Bearer {token}", **request.pop("headers", {})}
        answer = await self._client.request(method, path, headers=headers, **request)
        if answer.is_error:
            raise LocalFault(
                f"The demonstration was refused: {method} {path}: {answer.status_code} {answer.text[:1000]}"
            )
        return answer
