"""`tiendo up --demo`: play illustrative submissions of 2024, 2025 and 2026 through the same HTTP API that agencies use.

Each opening, report and decision carries `X-Tiendo-Illustrative` with the moment it pretends to happen at
(`timeline.py`), which the service accepts outside production only, and is labelled "dữ liệu minh họa" wherever it is
shown. What the system makes of them, mails and figures, has the real time. Playing twice changes nothing: every request
has its own Idempotency-Key.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from shared.auth.standing import standing_unit
from shared.calendar import VIETNAM, Period
from shared.catalogue import Catalogue, Field, load
from tiendo_local.console import LocalFault, say
from tiendo_local.demo.chance import chance
from tiendo_local.demo.illustration import YEARS, Illustration
from tiendo_local.demo.timeline import DemoAct, OpenedObligation, Timeline
from tiendo_local.system import System

AT_ONCE = 6
ILLUSTRATIVE = "X-Tiendo-Illustrative"
ROOT = "DAK_NONG"
CORRECTED = ("B10-YTE", "2025")
CORRECTION = "Cập nhật số liệu sau đối chiếu (dữ liệu minh họa)"
RETURNED = "Đề nghị kiểm tra lại tổng dân số (dữ liệu minh họa)"


def play(system: System) -> None:
    """Play everything up to the system's time. Raises LocalFault when the API refuses something."""
    now = datetime.now(UTC) + timedelta(seconds=system.offset)
    played = asyncio.run(Player(system, now).play())
    say(f"Demonstration: {played} illustrative submissions (dữ liệu minh họa).")


class Player:
    def __init__(self, system: System, now: datetime) -> None:
        self._system = system
        self._now = now
        self._catalogue: Catalogue = load()
        self._illustration = Illustration(self._catalogue)
        self._timeline = Timeline(now, self._catalogue.calendar.holidays())
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._sent: dict[str, str] = {}  # id of the obligation → id of its latest submission

    async def play(self) -> int:
        """Everything in the order in which it pretends to have happened; answers how many reports were sent."""
        url = f"{self._system.urls['submissions']}/api/v1"
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            self._client = client
            coming: list[DemoAct] = []
            for period in sorted(self._periods(), key=self._timeline.opened_at):
                opened_at = self._timeline.opened_at(period)
                await self._perform_all([act for act in coming if act.at < opened_at])
                coming = [act for act in coming if act.at >= opened_at]
                headers = {ILLUSTRATIVE: opened_at.isoformat()}
                await self._post("/obligations/opening", {"period": str(period)}, "ops", ROOT, headers=headers)
                coming += [act async for answer in self._owed(period) for act in self._acts(answer, period, opened_at)]
            await self._perform_all(coming)
        return len(self._sent)

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
                if self._reporter_of(item["unit"]):
                    opened = (item["id"], item["form"], item["unit"], item["period"], due, item["revision"])
                    yield OpenedObligation(*opened)
            cursor = page["next"]
            if not cursor:
                return

    def _acts(self, answer: OpenedObligation, period: Period, opened_at: datetime) -> list[DemoAct]:
        """None for a report that has not come yet, or came when the demonstration was played before."""
        if answer.revision or not self._has_come(answer, period):
            return []
        return self._timeline.acts(answer, opened_at, corrected=(answer.form, answer.period) == CORRECTED)

    async def _perform_all(self, acts: Sequence[DemoAct]) -> None:
        """Some at once, begun in their order; each after what was done before about its obligation."""
        last: dict[str, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as tasks:
            for act in sorted(acts, key=lambda one: one.at):
                last[act.answer.id] = tasks.create_task(self._perform(act, last.get(act.answer.id)))

    async def _perform(self, act: DemoAct, after: asyncio.Task[None] | None) -> None:
        if after is not None:
            await after
        async with self._slots:
            match act.kind:
                case "submit" | "correct":
                    self._sent[act.answer.id] = await self._submit(act)
                case "accept" | "return":
                    await self._decide(self._sent[act.answer.id], act)

    def _has_come(self, answer: OpenedObligation, period: Period) -> bool:
        if answer.due_at > self._now:
            return chance("early", answer.unit, answer.period) < 0.4
        return period.year < self._now.year or chance("punctual", answer.unit, answer.period) < 0.95

    async def _submit(self, act: DemoAct) -> str:
        answer, period = act.answer, Period.parse(act.answer.period)
        revision = 1 if act.kind == "submit" else 2
        body: dict[str, Any] = {
            "observations": [
                self._observation(answer, field, period, revision)
                for field in self._catalogue.forms[answer.form].fields
            ],
            "narrative": {},
            "evidence": [],
            "reason": CORRECTION if revision > 1 else None,
        }
        path, key = f"/obligations/{answer.id}/submissions", f"demo-{answer.id}-{revision}"
        headers = {ILLUSTRATIVE: act.at.isoformat()}
        reporter_of = self._reporter_of(answer.unit)
        if reporter_of is None:
            raise LookupError(f"nobody reports for {answer.unit}")
        answered = await self._post(path, body, "reporter", reporter_of, key=key, headers=headers)
        return str(answered["id"])

    def _reporter_of(self, unit: str) -> str | None:
        """Nobody for a district, which ended for good."""
        return standing_unit(self._catalogue, unit, self._now.astimezone(VIETNAM).date())

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

    async def _decide(self, submission: str, act: DemoAct) -> None:
        body = {"decision": act.kind, "reason": RETURNED if act.kind == "return" else None}
        path, headers = f"/submissions/{submission}/decision", {ILLUSTRATIVE: act.at.isoformat()}
        await self._post(path, body, "coordinator", ROOT, key=f"demo-{submission}", headers=headers)

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
