"""Somebody who reads all he can of measure 4.3 and knows whose reports are in which number."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

import httpx
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from aggregation.rules.revision import BASES
from aggregation.store.tables import obligation, publication
from services.aggregation.tests.disclosure.solver import Knowledge, Sum, Unknown
from services.aggregation.tests.drivers.event_writer import EventWriter

MEASURE, SECRET, WHOLE = "4.3", "n_adolescent_births", "n_adolescent_women"
SCALE = 1000
Counted = Mapping[str, frozenset[Unknown]]


@dataclass
class Timeline:
    """Whose reports were in the sums when: told to every reader, so that nothing rests on their not knowing it."""

    engine: AsyncEngine
    period: str
    _stood: list[tuple[datetime, Counted]] = field(default_factory=list)

    async def note(self, at: datetime) -> Counted:
        """After each event; `at` is an instant before it."""
        o = obligation
        counted: dict[str, set[Unknown]] = {basis: set() for basis in BASES}
        async with self.engine.connect() as tx:
            for row in await tx.execute(sa.select(o).where(o.c.period == self.period)):
                for basis, revision in (("received", row.received_revision), ("accepted", row.accepted_revision)):
                    if revision is not None:
                        counted[basis].add(Unknown(row.obligation_id, revision))
        now = {basis: frozenset(members) for basis, members in counted.items()}
        self._stood.append((at, now))
        return now

    def at(self, when: datetime, basis: str) -> frozenset[Unknown]:
        """What stood, by the last event before `when` or at it."""
        return next(counted for at, counted in reversed(self._stood) if at <= when)[basis]

    async def published(self) -> dict[tuple[str, datetime], frozenset[Unknown]]:
        """(basis, instant) → the reports in what was published then."""
        p = publication
        async with self.engine.connect() as tx:
            rows = await tx.execute(sa.select(p).where(p.c.measure == MEASURE, p.c.period == self.period))
            return {(row.basis, row.as_of): self.at(row.as_of, row.basis) for row in rows}


@dataclass
class Attacker:
    """`headers` say who he is; `units` are those whose reports he reads anyway. `channels` are what he looks at."""

    web: httpx.AsyncClient
    headers: Mapping[str, str]
    writer: EventWriter
    timeline: Timeline
    units: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset({"root", "history", "evidence", "units"})
    knowledge: Knowledge = field(default_factory=Knowledge)
    _published: Mapping[tuple[str, datetime], frozenset[Unknown]] = field(default_factory=dict)
    _seen: dict[tuple[str, str], tuple[Unknown, object]] = field(default_factory=dict)
    _heard: dict[str, Mapping[UUID, Unknown]] = field(default_factory=dict)
    _changes: dict[str, int] = field(default_factory=dict)

    async def look(self, counted: Counted, hidden: frozenset[Unknown] = frozenset()) -> bool:
        """Read everything once more; whether anything was new. `hidden`: reports whose own number is not looked at,
        so that only what follows from others is found."""
        found: list[Sum] = self._own()
        self._published = await self.timeline.published()
        for basis in BASES:
            for channel in sorted(self.channels):
                found += await getattr(self, f"_{channel}")(basis, counted)
        sums = [one for one in found if one.of and not (len(one.of) == 1 and one.of <= hidden and not one.less)]
        self.knowledge.room |= self._room()
        return self.knowledge.learn(sums)

    def _own(self) -> list[Sum]:
        return [
            Sum(frozenset({one}), count, count, "own")
            for one, (unit, count, _) in secrets(self.writer).items()
            if unit in self.units
        ]

    def _room(self) -> dict[Unknown, int]:
        """The denominators are no secret."""
        return {one: whole for one, (_, _, whole) in secrets(self.writer).items()}

    async def _get(self, path: str, **query: str) -> list[dict[str, Any]]:
        answer = await self.web.get(
            f"/api/v1/indicators{path}", params={"period": self.timeline.period} | query, headers=dict(self.headers)
        )
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def _root(self, basis: str, counted: Counted) -> list[Sum]:
        """The number that stands; of a published one it is known of when it is."""
        items = await self._get("", basis=basis)
        return self._told(next(i for i in items if i["measure"] == MEASURE), basis, counted, "root")

    async def _history(self, basis: str, counted: Counted) -> list[Sum]:
        sums = []
        for item in await self._get(f"/{MEASURE}/history", basis=basis):
            when = datetime.fromisoformat(item["as_of"])
            sums += read(item, self._published.get((basis, when)) or self.timeline.at(when, basis), "history")
        return sums

    async def _rates(self, basis: str, counted: Counted) -> list[Sum]:
        """The history's rounded rates alone, times the denominators that everybody reads."""
        counts = secrets(self.writer)
        sums = []
        for item in await self._get(f"/{MEASURE}/history", basis=basis):
            when = datetime.fromisoformat(item["as_of"])
            of = self._published.get((basis, when)) or self.timeline.at(when, basis)
            whole = sum(counts[one][2] for one in of)
            rounded = item["value"] and str(Decimal(item["value"]).quantize(Decimal("0.1"), ROUND_HALF_UP))
            sums += read({"numerator": None, "value": rounded, "denominator": str(whole)}, of, "rates")
        return sums

    async def _evidence(self, basis: str, counted: Counted) -> list[Sum]:
        (explained,) = await self._get(f"/{MEASURE}/explanation", basis=basis)
        sums = [
            Sum(
                frozenset({Unknown(UUID(c["obligation_id"]), c["revision"])}),
                float(c["value"]),
                float(c["value"]),
                "evidence",
            )
            for c in explained["contributions"]
            if c["element"] == SECRET and c["value"] is not None
        ]
        for cell in explained["cells"]:
            if cell["element"] == SECRET and cell["value"] is not None:
                sums.append(exactly(counted[basis], cell["value"], "evidence"))
        return sums

    async def _units(self, basis: str, counted: Counted) -> list[Sum]:
        sums = []
        counts = secrets(self.writer)
        for unit in sorted({o.unit for o in self.writer.obligations if o.answers} - self.units):
            items = await self._get("", basis=basis, unit=unit)
            of = frozenset(one for one in counted[basis] if counts[one][0] == unit)
            sums += read(next(i for i in items if i["measure"] == MEASURE), of, "units")
        return sums

    async def _instants(self, basis: str, counted: Counted) -> list[Sum]:
        """A correction after which neither the instant nor the history of what is withheld has moved has left the
        count as it was. (The denominators are the same in this year.)"""
        sums = []
        for one in sorted(counted[basis]):
            unit = secrets(self.writer)[one][0]
            items = await self._get("", basis=basis, unit=unit)
            stood = await self._get(f"/{MEASURE}/history", basis=basis, unit=unit)
            as_of = next(i["as_of"] for i in items if i["measure"] == MEASURE)
            now = (as_of, tuple(item["as_of"] for item in stood))
            before, seen = self._seen.get((basis, unit), (one, None))
            if now == seen and before != one and any(now):
                sums.append(Sum.unchanged(before, one, "instants"))
            self._seen[basis, unit] = one, now
        return sums

    async def _events(self, basis: str, counted: Counted) -> list[Sum]:
        """The log: a correction that caused no event of the sum, if such events tell of changes, left it as it was."""
        async with self.timeline.engine.connect() as tx:
            rows = (await tx.execute(sa.text("select value from outbox order by id"))).scalars()
            told = [json.loads(bytes(row)) for row in rows]
        causes = [one["data"]["causes"] for one in told if one["subject"].startswith(f"{MEASURE}|")]
        now = {one.obligation_id: one for one in counted[basis]}
        before = {id: one for id, one in self._heard.get(basis, {}).items() if id in now}
        self._heard[basis] = now
        corrected = [id for id, one in before.items() if now[id] != one]
        changes = sum(map(bool, causes))
        silent, self._changes[basis] = changes == self._changes.get(basis, 0), changes
        if not changes or not silent or len(corrected) != 1:
            return []
        return [Sum.unchanged(before[id], now[id], "events") for id in corrected]

    async def _guesses(self, basis: str, counted: Counted) -> list[Sum]:
        """Who guesses which corrections left the count as it was, and is always right."""
        counts = secrets(self.writer)
        return [
            Sum.unchanged(before, one, "guesses")
            for one, (_, count, _) in counts.items()
            if (before := Unknown(one.obligation_id, one.revision - 1)) in counts and counts[before][1] == count
        ]

    async def _coverage(self, basis: str, counted: Counted) -> list[Sum]:
        """The root once more; who is in it is read from `coverage`, not known."""
        answer = await self.web.get(
            "/api/v1/coverage", params={"period": self.timeline.period}, headers=dict(self.headers)
        )
        came = {UUID(item["obligation_id"]) for item in answer.json()["items"] if item[basis]}
        revisions = {o.id: len(o.answers) for o in self.writer.obligations}
        of = {basis: frozenset(Unknown(id, revisions[id]) for id in came)}
        return await self._root(basis, of)

    def _told(self, item: Mapping[str, Any], basis: str, counted: Counted, by: str) -> list[Sum]:
        """`as_of` says of when a published number is."""
        when = datetime.fromisoformat(item["as_of"]) if item["as_of"] else None
        return read(item, self._published.get((basis, when), counted[basis]) if when else counted[basis], by)


def exactly(of: frozenset[Unknown], written: str, by: str) -> Sum:
    return Sum(of, float(written), float(written), by)


def read(item: Mapping[str, Any], of: frozenset[Unknown], by: str) -> list[Sum]:
    """What a value's numbers say of the sum: its numerator, or the range that a rounded rate leaves."""
    if item["numerator"] is not None:
        return [exactly(of, item["numerator"], by)]
    if item["value"] is None or item["denominator"] is None:
        return []
    value, whole = Decimal(item["value"]), Decimal(item["denominator"])
    half = Decimal(5) * Decimal(10) ** (int(value.as_tuple().exponent) - 1)
    return [Sum(of, float((value - half) * whole / SCALE), float((value + half) * whole / SCALE), by)]


def secrets(writer: EventWriter) -> dict[Unknown, tuple[str, int, int]]:
    """The truth: each report's unit, its secret count, and what that is a part of."""
    return {
        Unknown(o.id, number): (o.unit, int(answer.cells[(SECRET, "")][0] or 0), int(answer.cells[(WHOLE, "")][0] or 0))
        for o in writer.obligations
        for number, answer in enumerate(o.answers, 1)
        if (SECRET, "") in answer.cells
    }
