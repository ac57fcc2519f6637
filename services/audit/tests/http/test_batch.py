import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from audit.http import batch
from services.audit.tests.audit_driver import Audit, records
from services.audit.tests.sample_events import notified, opened, received

PATH = "/api/v1/events/batch"


async def test_the_exact_bytes_page_by_page(audit: Audit) -> None:
    events = [received(uuid4(), number) for number in range(1, 8)]
    # A producer in another language writes the same JSON with other spaces; nothing may tidy it up.
    bodies = [json.dumps(json.loads(event.to_bytes()), indent=1).encode() for event in events]
    await audit.worker().consume(records(*bodies))
    first = await audit.get(PATH, limit=3)
    assert first.headers["content-type"] == "application/cloudevents-batch+json"
    assert (first.headers["tiendo-next"], first.headers["tiendo-size"]) == ("2", "7")
    second = await audit.get(PATH, after=2, limit=3)
    last = await audit.get(PATH, after=5, limit=3)
    assert second.headers["tiendo-next"] == "5" and "tiendo-next" not in last.headers
    assert [page.content for page in (first, second, last)] == [
        b"[" + b",".join(bodies[begin : begin + 3]) + b"]" for begin in (0, 3, 6)
    ]
    beyond = await audit.get(PATH, after=6)
    assert (beyond.content, "tiendo-next" in beyond.headers) == (b"[]", False)


async def test_with_the_signatures_that_they_came_with(audit: Audit) -> None:
    bodies = [received(uuid4()).to_bytes() for _ in range(3)]
    headers = [(("signature", b"AQID"),), (), (("signature", b"\xff\x00"),)]
    signed = [replace(record, headers=told) for record, told in zip(records(*bodies), headers, strict=True)]
    await audit.worker().consume(signed)
    answer = await audit.get(PATH, signatures=True, after=0)
    assert answer.headers["content-type"] == "application/json" and answer.headers["tiendo-size"] == "3"
    assert answer.content.endswith(b',"events":[' + b",".join(bodies[1:]) + b"]}"), "the exact bytes, behind the rest"
    assert answer.json()["entries"] == [{"index": 1, "signature": None}, {"index": 2, "signature": "\xff\x00"}]
    assert (await audit.get(PATH, signatures=True)).json()["entries"][0] == {"index": 0, "signature": "AQID"}
    assert (await audit.get(PATH, after=0)).content == b"[" + b",".join(bodies[1:]) + b"]"


async def test_one_topic(audit: Audit) -> None:
    obligation_id = uuid4()
    events = [opened(obligation_id), notified(obligation_id), received(obligation_id)]
    for place, event in enumerate(events):
        record = records(event.to_bytes(), first=place)[0]
        topic = event.data.topic
        await audit.worker().consume([record.__class__(**{**vars(record), "topic": topic})])
    answer = await audit.get(PATH, topic="submissions.v1", limit=1)
    assert answer.content == b"[" + events[0].to_bytes() + b"]" and answer.headers["tiendo-next"] == "0"
    answer = await audit.get(PATH, topic="submissions.v1", after=0, limit=1)
    assert answer.content == b"[" + events[2].to_bytes() + b"]" and "tiendo-next" not in answer.headers
    assert (await audit.get(PATH)).content.count(b'"specversion"') == 3


async def test_an_answer_is_bounded_in_bytes(audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    events = [received(uuid4()).to_bytes() for _ in range(5)]
    await audit.worker().consume(records(*events))
    monkeypatch.setattr(batch, "MAX_BYTES", len(events[0]) + len(events[1]) + 5)
    answer = await audit.get(PATH)
    assert answer.content == b"[" + b",".join(events[:2]) + b"]" and answer.headers["tiendo-next"] == "1"
    monkeypatch.setattr(batch, "MAX_BYTES", 1)
    answer = await audit.get(PATH, after=1)
    assert answer.content == b"[" + events[2] + b"]" and answer.headers["tiendo-next"] == "2"


@pytest.mark.parametrize(
    ("role", "status"),
    [("ops", 403), ("leader", 403), ("auditor", 200), ("coordinator", 200), ("reporter", 403), ("head", 403)],
)
async def test_only_who_reads_every_figure(audit: Audit, role: str, status: int) -> None:
    assert (await audit.get(PATH, role)).status_code == status


@pytest.mark.parametrize("params", [{"limit": 0}, {"limit": 2001}, {"after": -1}, {"after": 2**63}, {"topic": "moon"}])
async def test_faults_are_problems(audit: Audit, params: dict[str, Any]) -> None:
    answer = await audit.get(PATH, **params)
    assert answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json"
