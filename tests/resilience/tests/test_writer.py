"""What a writer makes of a service that loses answers, and of one that breaks its word."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx
import pytest

from tests.resilience.actors.api_client import ApiClient
from tests.resilience.actors.content import sha256
from tests.resilience.actors.ledger import Ledger, Obligation
from tests.resilience.actors.retrying_client import RetryingClient
from tests.resilience.actors.writer import REFUSED_SHARE, RESOLVED, TWICE_SHARE, Writer, effect
from tests.resilience.judging.expected import state

OBLIGATION = Obligation("o1", "unit", "2026")


@pytest.fixture(autouse=True)
def asks_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.resilience.actors.retrying_client.FIRST_PAUSE", 0.001)


@dataclass
class Service:
    """Takes reports and decisions for one obligation. `lose` answers are lost after they took effect."""

    lose: int = 0
    honours_keys: bool = True
    lenient: bool = False
    rows: list[dict[str, Any]] = field(default_factory=list)
    version: int = 1
    _answers: dict[str, httpx.Response] = field(default_factory=dict)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"items": self.rows[::-1], "next": None})
        key = request.headers["Idempotency-Key"]
        if not (self.honours_keys and key in self._answers):
            self._answers[key] = self.take(request)
        if self.lose:
            self.lose -= 1
            raise httpx.ReadError("connection reset")
        return self._answers[key]

    def take(self, request: httpx.Request) -> httpx.Response:
        body = httpx.Response(200, content=request.content).json()
        if "observations" in body:
            return self.submit(body)
        row = self.rows[-1]
        kind = body.get("decision", "withdraw")
        if row["state"] != "submitted" and not self.lenient:
            return httpx.Response(409, json={"code": f"already_{row['state']}"})
        row["state"] = RESOLVED[kind]
        self.version += 1
        return httpx.Response(200, json={**row, "version": self.version})

    def submit(self, body: dict[str, Any]) -> httpx.Response:
        values = {o["measure"]: o["value"] for o in body["observations"]}
        if "-1" in values.values() and not self.lenient:
            return httpx.Response(422, json={"code": "invalid"})
        digest = sha256(OBLIGATION.unit, OBLIGATION.period, {m: int(v) for m, v in values.items()})
        row = {"id": f"s{len(self.rows) + 1}", "revision": len(self.rows) + 1, "state": "submitted"}
        self.rows.append({**row, "content_sha256": digest})
        self.version += 1
        return httpx.Response(201, json=self.rows[-1])


def writer(service: Callable[..., Any], failed: Callable[[str], None] = lambda _: None) -> Writer:
    ledger = Ledger()
    ledger.own(OBLIGATION)
    client = RetryingClient(ledger.counts, failed, transport=httpx.MockTransport(service))
    api = ApiClient("http://submissions/api/v1", client, lambda role, unit: f"{role} {unit}")
    return Writer(api, ledger, Chosen())


class Chosen(Random):
    """Chance that never provokes, nor sends twice, nor matches."""

    def random(self) -> float:
        return max(REFUSED_SHARE, TWICE_SHARE, 0.99)


async def test_a_lost_answer_is_asked_for_again_and_entered_once() -> None:
    told: list[str] = []
    service = Service(lose=3)
    it = writer(service, told.append)
    await it.act(OBLIGATION)
    assert [act.submission for act in it.ledger.acts["o1"]] == ["s1"]
    assert len(service.rows) == 1
    assert len(told) == 3, "a strict run has to hear of each"
    assert (it.ledger.findings, it.ledger.unanswered) == ([], {})


async def test_a_key_that_is_not_honoured_is_found_by_the_revision_of_the_receipt() -> None:
    it = writer(Service(lose=1, honours_keys=False))
    await it.act(OBLIGATION)
    assert "'revision': 2" in it.ledger.findings[0]


async def test_a_decision_refused_since_the_first_try_took_effect_is_resolved_by_reading() -> None:
    service = Service(honours_keys=False)
    it = writer(service)
    await it.act(OBLIGATION)
    service.lose = 1
    asked = it.asked(OBLIGATION, "accept")
    it.ledger.ask(asked)
    await it.enter(OBLIGATION, asked, await it.api.send(OBLIGATION, asked))
    assert state(it.ledger.acts["o1"]) == "accepted"
    assert "answered 409" in it.ledger.findings[0]


async def test_a_request_that_had_to_be_refused_and_was_not_is_found() -> None:
    it = writer(Service(lenient=True))
    await it.provoke(OBLIGATION)
    assert "had to be refused" in it.ledger.findings[0]


async def test_one_key_sent_twice_at_a_time_has_one_effect() -> None:
    for honours, findings in ((True, 0), (False, 1)):
        it = writer(Service(honours_keys=honours))
        asked = it.asked(OBLIGATION, "submit")
        it.ledger.ask(asked)
        await it.twice(OBLIGATION, asked)
        assert len(it.ledger.findings) == findings


async def test_what_is_never_answered_stays_open_and_is_told_by_what_stands_there() -> None:
    service = Service(lose=10**6)
    it = writer(service)
    it.api.client.give_up_at = 0
    await it.act(OBLIGATION)
    (asked,) = it.ledger.unanswered.values()
    assert it.ledger.acts["o1"] == []
    assert effect(asked, service.rows) == "s1"
    assert effect(asked, []) is None
    await it.act(OBLIGATION)
    assert len(service.rows) == 1, "nothing is asked of an obligation whose state is not known"


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_a_failure_of_the_service_is_no_answer(status: int) -> None:
    answers = iter([httpx.Response(status), httpx.Response(status)])
    service = Service()

    async def failing(request: httpx.Request) -> httpx.Response:
        return next(answers, None) or await service(request)

    it = writer(failing)
    await it.act(OBLIGATION)
    assert len(it.ledger.acts["o1"]) == 1
    assert it.ledger.counts["retries"] == 2
