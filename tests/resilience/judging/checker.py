"""After a run: what each service says over HTTP against the ledger. Nothing here knows how the system is made."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from tests.resilience.actors.content import FORM
from tests.resilience.actors.ledger import Ledger
from tests.resilience.actors.writer import effect
from tests.resilience.judging import letters, log, reminders, submissions, values
from tests.resilience.judging.expected import MEASURES, Basis, events
from tests.resilience.judging.reading import Reader, TokenOf
from tests.resilience.judging.verdict import Item, Verdict

CONSUMERS = ("aggregation", "notifications", "audit")
SAMPLE = 200  # submissions read in full
SHOWN = 10  # differences told of a row that failed
API = "/api/v1"


@dataclass(frozen=True)
class Row:
    """One line of the result; `found` tells the first differences when it is not ok."""

    name: str
    expected: str
    found: str
    ok: bool
    differences: tuple[str, ...] = ()
    seconds: float = 0  # until it came true, or was given up


class Checker:
    """`wait_seconds`: how long a row may take to come true; `grace`: how long a mail may follow a report."""

    def __init__(
        self,
        urls: Mapping[str, str],
        token_of: TokenOf,
        ledger: Ledger,
        injected: Iterable[letters.Placed] = (),
        *,
        wait_seconds: float = 60,
        grace: timedelta | None = None,
    ) -> None:
        self.ledger, self.injected = ledger, tuple(injected)
        self._reader = Reader(urls, token_of)
        self._wait_seconds, self._grace = wait_seconds, grace

    async def run(self) -> list[Row]:
        """Every row, also after one that failed."""
        try:
            unanswered = await self._settle()
            rows = [unanswered, _row("writers saw nothing wrong", self._findings())]
            for name, check in self._checks():
                rows.append(await self._until_true(name, check))
            return rows
        finally:
            await self._reader.close()

    def _checks(self) -> list[tuple[str, Callable[[], Awaitable[Verdict]]]]:
        return [
            ("submissions: each once, as acknowledged", self._held),
            ("submissions: state of each obligation", self._obligations),
            ("submissions: versions without extra", self._versions),
            ("submissions: figures, reasons, reviews", self._details),
            ("audit: each obligation's events in order", self._told),
            ("audit: indexes gapless, no event twice", self._gapless),
            ("audit: no free text", self._discreet),
            ("refused requests left no trace", self._untraced),
            ("audit: sources complete and heard", self._sources),
            ("aggregation: the province, both bases", self._provincial),
            ("aggregation: each commune, both bases", self._communal),
            ("aggregation: what the values rest on", self._explained),
            ("aggregation: coverage", self._covered),
            ("aggregation: last announcement", self._announced),
            ("notifications: each reminder once", self._once),
            ("notifications: mails", self._mailed),
            ("notifications: who has answered", self._answered),
            ("notifications: no mail after a report", self._unprovoked),
            *((f"{service}: dead letters are the injected", self._buried(service)) for service in CONSUMERS),
        ]

    async def _until_true(self, name: str, check: Callable[[], Awaitable[Verdict]]) -> Row:
        begin = time.monotonic()
        deadline = begin + self._wait_seconds
        while True:
            try:
                verdict = await check()
            except (httpx.HTTPError, KeyError) as error:
                verdict = Verdict("an answer", "none", (f"{type(error).__name__}: {error}",))
            if verdict.ok or time.monotonic() > deadline:
                return _row(name, verdict, time.monotonic() - begin)
            await asyncio.sleep(0.5)

    async def _settle(self) -> Row:
        """What became of the requests without an answer: each took effect once or not at all."""
        ledger = self.ledger = deepcopy(self.ledger)
        asked = list(ledger.unanswered.values())
        done = 0
        for request in asked:
            items = await self._reader.pages("submissions", f"{API}/submissions", obligation=request.obligation)
            if (submission := effect(request, items)) is None:
                ledger.drop(request)
            else:
                ledger.acknowledge(request, submission)
                done += 1
        return Row("requests without an answer", str(len(asked)), f"{done} took effect", ok=True)

    def _findings(self) -> Verdict:
        return Verdict("0", str(len(self.ledger.findings)), tuple(self.ledger.findings))

    async def _submissions(self) -> list[Item]:
        return await self._reader.pages("submissions", f"{API}/submissions", form=FORM)

    async def _held(self) -> Verdict:
        return submissions.held(self.ledger, await self._submissions())

    async def _obligations(self) -> Verdict:
        found = await self._reader.pages("submissions", f"{API}/obligations", form=FORM)
        return submissions.obligations(self.ledger, found)

    async def _versions(self) -> Verdict:
        async def version(obligation: str) -> int:
            return int((await self._reader.get("submissions", f"{API}/obligations/{obligation}"))["version"])

        return submissions.versions(self.ledger, await self._reader.each(self.ledger.obligations, version))

    async def _details(self) -> Verdict:
        async def detail(submission: str) -> Item:
            found: Item = await self._reader.get("submissions", f"{API}/submissions/{submission}")
            return found

        return submissions.details(self.ledger, (await self._reader.each(sampled(self.ledger), detail)).values())

    async def _untraced(self) -> Verdict:
        return submissions.untraced(self.ledger, await self._submissions(), _text(await self._reader.log()))

    async def _gapless(self) -> Verdict:
        return log.gapless(await self._reader.log())

    async def _told(self) -> Verdict:
        entries = await self._reader.log()
        return log.told(self.ledger, entries, ignored=await self._injected_ids(entries))

    async def _injected_ids(self, entries: Sequence[Item]) -> frozenset[str]:
        """Ids of entries that the ledger does not explain and that stand where something was injected."""
        if not self.injected:
            return frozenset()
        expected = {(key, *event) for key, acts in self.ledger.acts.items() for event in events(acts)}
        strange = [e["id"] for e in entries if e["source"] == log.SOURCE and _key(e) not in expected]
        places = {(i.topic, i.partition, i.offset) for i in self.injected}

        async def placed(event: str) -> letters.Place:
            return letters.place(await self._reader.get("audit", f"{API}/events/{event}", "auditor"))

        found = await self._reader.each(strange[:SAMPLE], placed)
        return frozenset(event for event, place in found.items() if place in places)

    async def _discreet(self) -> Verdict:
        return log.discreet(self.ledger, _text(await self._reader.log()))

    async def _sources(self) -> Verdict:
        found = await self._reader.get("audit", f"{API}/sources", "auditor")
        return log.sources(found["items"], await self._reader.log(), injected=len(self.injected))

    async def _indicators(self, place: values.Place) -> list[Item]:
        unit, period, basis = place
        found = await self._reader.get("aggregation", f"{API}/indicators", unit=unit, period=period, basis=basis)
        items: list[Item] = found["items"]
        return items

    async def _provincial(self) -> Verdict:
        places = values.provincial(self.ledger)
        return values.values(self.ledger, places, await self._reader.each(places, self._indicators))

    async def _communal(self) -> Verdict:
        places = values.communal(self.ledger)
        return values.values(self.ledger, places, await self._reader.each(places, self._indicators))

    async def _explained(self) -> Verdict:
        asked = [(period, basis) for _, period, basis in values.provincial(self.ledger)]

        async def explanation(place: tuple[str, Basis]) -> Verdict:
            path = f"{API}/indicators/{MEASURES[0].code}/explanation"
            found = await self._reader.get("aggregation", path, period=place[0], basis=place[1])
            return values.explained(self.ledger, *place, MEASURES[0], found["items"][0])

        return _joined(list((await self._reader.each(asked, explanation)).values()))

    async def _covered(self) -> Verdict:
        async def coverage(period: str) -> list[Item]:
            found: list[Item] = (await self._reader.get("aggregation", f"{API}/coverage", period=period))["items"]
            return found

        by_period = await self._reader.each(self.ledger.periods, coverage)
        return values.covered(self.ledger, [item for items in by_period.values() for item in items])

    async def _announced(self) -> Verdict:
        return values.announced(self.ledger, await self._reader.log())

    async def _told_and_tried(self) -> tuple[list[Item], list[Item]]:
        """Reminders and deliveries."""
        found = [await self._reader.pages("notifications", f"{API}/{what}") for what in ("reminders", "deliveries")]
        return found[0], found[1]

    async def _once(self) -> Verdict:
        return reminders.once(self.ledger, *await self._told_and_tried(), await self._reader.log())

    async def _mailed(self) -> Verdict:
        return reminders.mailed(self.ledger, *await self._told_and_tried(), await self._reader.mails())

    async def _answered(self) -> Verdict:
        told, _ = await self._told_and_tried()
        deadlines = await self._reader.pages("notifications", f"{API}/deadlines", form=FORM)
        return reminders.answered(self.ledger, told, deadlines)

    async def _unprovoked(self) -> Verdict:
        return reminders.unprovoked(self.ledger, *await self._told_and_tried(), self._grace)

    def _buried(self, service: str) -> Callable[[], Awaitable[Verdict]]:
        async def raw(letter: int) -> bytes | None:
            path = f"{API}/dead-letters/{letter}"
            if (await self._reader.get(service, path, "auditor"))["value"] is None:
                return None
            return (await self._reader.response(service, f"{path}/raw", "auditor")).content

        async def check() -> Verdict:
            found = await self._reader.pages(service, f"{API}/dead-letters", "ops")
            kept = await self._reader.each([letter["id"] for letter in found], raw)
            return letters.buried(service, self.injected, found, kept)

        return check


def sampled(ledger: Ledger) -> list[str]:
    """The submissions that are read in full."""
    ids = [act.submission for acts in ledger.acts.values() for act in acts if act.kind == "submit"]
    return ids[:: max(1, len(ids) // SAMPLE)]


def table(rows: Iterable[Row]) -> str:
    """For people: a line per check, the first differences below those that failed."""
    lines = []
    for row in rows:
        mark = "ok" if row.ok else "FAIL"
        lines.append(f"{mark:4}  {row.seconds:5.1f} s  {row.name:43}  {row.expected:28}  {row.found}")
        lines += [f"        {difference}" for difference in row.differences[:SHOWN]]
        if len(row.differences) > SHOWN:
            lines.append(f"        … and {len(row.differences) - SHOWN} more")
    return "\n".join(lines)


def _row(name: str, verdict: Verdict, seconds: float = 0) -> Row:
    return Row(name, verdict.expected, verdict.found, verdict.ok, verdict.differences, seconds)


def _joined(verdicts: Sequence[Verdict]) -> Verdict:
    wrong = tuple(difference for v in verdicts for difference in v.differences)
    return Verdict("; ".join(v.expected for v in verdicts), "; ".join(v.found for v in verdicts), wrong)


def _key(entry: Item) -> tuple[Any, ...]:
    data = entry["data"]
    told = (data.get("obligation_id"), entry["type"], data.get("version"))
    return (*told, data.get("submission_id"), data.get("revision"))


def _text(entries: Sequence[Item]) -> str:
    return json.dumps([e["data"] for e in entries], ensure_ascii=False)
