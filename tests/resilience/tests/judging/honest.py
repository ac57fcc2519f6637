"""What an honest system would say to a small ledger, what each judge says to that, and who notices a lie."""

import hashlib
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tests.resilience.actors.content import FORM, invent, observations, sha256
from tests.resilience.actors.ledger import Act, Asked, Kind, Ledger, Obligation
from tests.resilience.judging import letters, log, reminders, submissions, values
from tests.resilience.judging.expected import (
    BASES,
    MEASURES,
    ROOT,
    counting,
    events,
    figures,
    revisions,
    state,
    version,
)
from tests.resilience.judging.verdict import Item, Verdict

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
BIRTHS = MEASURES[0]
STORIES: list[tuple[Kind, ...]] = [
    ("submit", "return", "submit", "accept"),
    ("submit", "accept", "submit"),
    ("submit", "withdraw"),
    (),
]


def honest_ledger() -> Ledger:
    rng, ledger = Random(5), Ledger()
    for n, kinds in enumerate(STORIES):
        obligation = Obligation(f"o{n}", f"unit-{n}", "2026")
        ledger.own(obligation)
        revision = 0
        for step, kind in enumerate(kinds):
            found = invent(rng) if kind == "submit" else None
            revision += kind == "submit"
            digest = sha256(obligation.unit, obligation.period, found) if found else None
            reason = f"Lý do {n}-{step}"
            asked = Asked("k", obligation.id, kind, revision, None, reason, found, digest)
            act = asked.act(f"s{n}-{revision}")
            ledger.acts[obligation.id].append(replace(act, at=NOW + timedelta(minutes=step)))
    ledger.refuse("o3", "invalid", "f" * 64)
    return ledger


@dataclass
class Answers:
    """What an honest system would say to the ledger, by service."""

    submissions: list[Item]
    obligations: list[Item]
    versions: dict[str, int]
    details: list[Item]
    entries: list[Item]
    indicators: dict[values.Place, list[Item]]
    explanation: Item
    coverage: list[Item]
    reminders: list[Item]
    deliveries: list[Item]
    mails: list[Item]
    deadlines: list[Item]
    sources: list[Item]
    letters: list[Item]
    raw: dict[int, bytes | None]


def honest(ledger: Ledger) -> Answers:
    entries = _entries(ledger)
    sent_at = (NOW - timedelta(days=1)).isoformat()
    reminder: Item = {
        "id": "r1",
        "obligation_id": "o0",
        "stage": "T-30",
        "channel": "email",
        "recipient_role": "cursor",
    }
    delivery: Item = {"id": "d1", "reminder_id": "r1", "state": "sent", "stage": "T-30", "unit": "unit-0"}
    return Answers(
        submissions=[_submission(key, acts, r) for key, acts in ledger.acts.items() for r in revisions(acts)],
        obligations=[{"id": k, "state": state(a), "revision": len(revisions(a))} for k, a in ledger.acts.items()],
        versions={key: version(acts) for key, acts in ledger.acts.items()},
        details=[_detail(acts, r.submit) for acts in ledger.acts.values() for r in revisions(acts)],
        entries=entries,
        indicators={p: _indicators(ledger, p) for p in (*values.provincial(ledger), *values.communal(ledger))},
        explanation={"contributions": _contributions(ledger)},
        coverage=[
            {"obligation_id": key, "form": FORM, **{basis: counting(acts, basis) is not None for basis in BASES}}
            for key, acts in ledger.acts.items()
        ],
        reminders=[{**reminder, "state": "sent"}],
        deliveries=[{**delivery, "sent_at": sent_at, "message_id": "<r1@x>"}],
        mails=[{"message_id": "<r1@x>", "subject": "Còn 30 ngày", "to": ["a@x"]}],
        deadlines=[
            {"obligation_id": key, "state": "submitted" if counting(acts, "received") else "open"}
            for key, acts in ledger.acts.items()
        ],
        sources=[_source(name, n) for name, n in Counter(e["source"] for e in entries).items()],
        letters=[{"id": 1, "topic": "submissions.v1", "partition": 2, "offset": 7, "reason": "x", "size": 4}],
        raw={1: b"junk"},
    )


def _submission(obligation: str, acts: list[Act], r: Any) -> Item:
    return {
        "id": r.submit.submission,
        "obligation_id": obligation,
        "revision": r.number,
        "state": r.state,
        "content_sha256": r.submit.sha256,
        "latest": r.number == len(revisions(acts)),
    }


def _detail(acts: list[Act], submit: Act) -> Item:
    decided = [a for a in acts if a.kind != "submit" and a.submission == submit.submission]
    reviews = [{"act": a.kind, "reason": a.reason} for a in decided]
    told = observations(submit.values or {})
    return {"id": submit.submission, "observations": told, "reason": submit.reason, "reviews": reviews}


def _entries(ledger: Ledger) -> list[Item]:
    found: list[Item] = []
    for key, acts in ledger.acts.items():
        hashes = {a.submission: a.sha256 for a in acts if a.kind == "submit"}
        for type_, number, submission, revision in events(acts):
            data = {"obligation_id": key, "version": number, "submission_id": submission, "revision": revision}
            if "received" in type_:
                data["content_sha256"] = hashes[submission or ""]
            found.append({"type": type_, "source": "/submissions", "data": data})
    found.append({"type": reminders.SENT, "source": "/notifications", "data": {"reminder_id": "r1"}})
    for code in ("4.1", "6.1"):
        measure = values.MEASURE[code]
        told = {basis: _figures(ledger, measure.code, ROOT, "2026", basis) for basis in BASES}
        data = {"measure": code, "unit": ROOT, "period": "2026", "values": told}
        found.append({"type": "vn.tiendo.indicator.aggregated.v1", "source": "/aggregation", "data": data})
    return [{"index": n, "id": f"e{n}", **entry} for n, entry in enumerate(found)]


def _figures(ledger: Ledger, code: str, unit: str, period: str, basis: Any) -> Item:
    measure = values.MEASURE[code]
    told = figures(ledger, measure, period, basis, None if unit == ROOT else unit)
    numbers = {"numerator": told.numerator, "denominator": told.denominator, "value": told.value(measure)}
    shown = {name: None if number is None else str(number) for name, number in numbers.items()}
    return {"measure": code, **shown, "reported": told.reported, "expected": told.expected}


def _indicators(ledger: Ledger, place: values.Place) -> list[Item]:
    return [_figures(ledger, measure.code, *place) for measure in MEASURES]


def _contributions(ledger: Ledger) -> list[Item]:
    return [
        {
            "unit": obligation.unit,
            "element": element,
            "disaggregation": "",
            "submission_id": counted.submit.submission,
            "revision": counted.number,
            "value": f"{counted.value(element)}.000000",
        }
        for obligation in ledger.obligations.values()
        if (counted := counting(ledger.acts[obligation.id], "received"))
        for element in (BIRTHS.numerator, BIRTHS.denominator)
    ]


def _source(name: str, sequence: int) -> Item:
    return {
        "source": name,
        "sequence": sequence,
        "announced": sequence,
        "unnumbered": 0,
        "silent": False,
        "last_heartbeat_at": None,
        "gaps": [{"kind": "missing", "first": 2, "last": 2, "closed_at": "2026-11-24T08:00:00Z"}],
    }


@dataclass(frozen=True)
class Dead:
    kind: str = "not JSON"
    topic: str = "submissions.v1"
    partition: int = 2
    offset: int = 7
    dead_for: frozenset[str] = frozenset({"audit"})
    sha256: str | None = hashlib.sha256(b"junk").hexdigest()


def verdicts(ledger: Ledger, a: Answers) -> dict[str, Verdict]:
    text = str([e["data"] for e in a.entries])
    return {
        "held": submissions.held(ledger, a.submissions),
        "obligations": submissions.obligations(ledger, a.obligations),
        "versions": submissions.versions(ledger, a.versions),
        "details": submissions.details(ledger, a.details),
        "untraced": submissions.untraced(ledger, a.submissions, text),
        "gapless": log.gapless(a.entries),
        "told": log.told(ledger, a.entries),
        "discreet": log.discreet(ledger, text),
        "sources": log.sources(a.sources, a.entries),
        "provincial": values.values(ledger, values.provincial(ledger), a.indicators),
        "communal": values.values(ledger, values.communal(ledger), a.indicators),
        "explained": values.explained(ledger, "2026", "received", BIRTHS, a.explanation),
        "covered": values.covered(ledger, a.coverage),
        "announced": values.announced(ledger, a.entries),
        "once": reminders.once(ledger, a.reminders, a.deliveries, a.entries),
        "mailed": reminders.mailed(ledger, a.reminders, a.deliveries, a.mails),
        "answered": reminders.answered(ledger, a.reminders, a.deadlines),
        "unprovoked": reminders.unprovoked(ledger, a.reminders, a.deliveries, timedelta(minutes=1)),
        "buried": letters.buried("audit", [Dead()], a.letters, a.raw),
    }


Lie = Callable[[Ledger, Answers], object]
"""Tampers with the ledger or with the answers."""


def noticed(lie: Lie) -> set[str]:
    """The judges that find something wrong."""
    ledger = honest_ledger()
    answers = deepcopy(honest(ledger))
    lie(ledger, answers)
    return {name for name, verdict in verdicts(ledger, answers).items() if not verdict.ok}
