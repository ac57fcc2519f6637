"""Dead letters over HTTP: what is told, who may do what, and that nothing is done twice."""

import base64
import unicodedata

import pytest
import sqlalchemy as sa

from ...messaging.conftest import an_event
from .conftest import Office

LIST = "/api/v1/dead-letters"


async def test_a_letter_is_told_whole(office: Office) -> None:
    event = an_event()
    [id_] = await office.set_aside(event.to_bytes())
    answer = await office.get(LIST)
    assert answer.json()["next"] is None
    [item] = answer.json()["items"]
    created_at = item.pop("created_at")
    assert item == {
        "id": id_, "state": "open", "outcome": None, "topic": "deadlines.v1", "partition": 0, "offset": 0,
        "timestamp": "2023-11-14T22:13:20Z", "key": base64.b64encode(b"key").decode(),
        "headers": [["trace", base64.b64encode(b"\xffx").decode()], ["none", None]],
        "event_id": event.id, "type": event.type, "source": "/probe",
        "reason": "ValueError('no form <b>B99</b> in the plan')", "attempts": 0,
        "resolved_at": None, "resolved_by": None, "note": None, "size": len(event.to_bytes()),
    }  # fmt: skip
    detail = (await office.get(f"{LIST}/{id_}", role="auditor")).json()
    assert not detail.pop("withheld")
    assert base64.b64decode(detail.pop("value")) == event.to_bytes()
    assert detail.pop("text") == event.to_bytes().decode()
    assert detail == item | {"created_at": created_at}
    raw = await office.get(f"{LIST}/{id_}/raw", role="auditor")
    assert (raw.content, raw.headers["content-type"]) == (event.to_bytes(), "application/octet-stream")
    assert raw.headers["content-disposition"] == f'attachment; filename="dead-letter-audit-{id_}.bin"'


async def test_what_holds_no_value_or_a_huge_one(office: Office) -> None:
    [none, huge] = await office.set_aside(None, b"\xff" + b"x" * 100_000)
    detail = (await office.get(f"{LIST}/{none}")).json()
    assert (detail["value"], detail["text"], detail["size"]) == (None, None, None)
    assert (await office.get(f"{LIST}/{none}/raw", role="auditor")).status_code == 404
    assert (await office.post(f"{LIST}/{none}/replay")).json()["code"] == "no-value"
    detail = (await office.get(f"{LIST}/{huge}", role="auditor")).json()
    assert (len(detail["text"]), detail["text"][:2], detail["size"]) == (64 * 1024, "\ufffdx", 100_001)


async def test_filters_and_pages(office: Office) -> None:
    ids = await office.set_aside(*(an_event().to_bytes() for _ in range(5)), b"{")
    newest = list(reversed(ids))
    first = (await office.get(LIST, limit=4)).json()
    rest = (await office.get(LIST, limit=4, cursor=first["next"])).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == newest
    assert rest["next"] is None
    assert (await office.post(f"{LIST}/{ids[0]}/discard", {"reason": "a test record"})).status_code == 200

    async def found(**query: str) -> list[int]:
        return [item["id"] for item in (await office.get(LIST, **query)).json()["items"]]

    assert await found(state="discarded") == [ids[0]]
    assert await found(state="open", reason="B99") == newest[1:5]
    assert await found(topic="indicators.v1") == []
    assert await found(type=an_event().type, state="open") == newest[1:5]
    for query in ({"state": "lost"}, {"limit": 0}, {"cursor": "x"}, {"cursor": "WzFlOTld"}):
        assert (await office.get(LIST, **query)).status_code in (400, 422)


async def test_replay_applies_once_and_a_failure_is_told(office: Office) -> None:
    event = an_event()
    [id_] = await office.set_aside(event.to_bytes())
    failed = await office.post(f"{LIST}/{id_}/replay")
    assert failed.status_code == 422
    assert failed.headers["content-type"] == "application/problem+json"
    assert (failed.json()["code"], failed.json()["reason"]) == (
        "still-fails",
        "ValueError('no form <b>B99</b> in the plan')",
    )
    assert failed.json()["title"] == "The letter still cannot be applied and stays where it is"
    told = (await office.get(f"{LIST}/{id_}")).json()
    assert (told["state"], told["attempts"]) == ("open", 1)
    office.fault = None
    for _ in range(2):
        answer = await office.post(f"{LIST}/{id_}/replay")
        assert (answer.status_code, answer.json()) == (200, {"id": id_, "state": "replayed", "outcome": "applied"})
    assert office.applied == [event.id]
    told = (await office.get(f"{LIST}/{id_}")).json()
    assert (told["state"], told["attempts"], told["resolved_by"]) == ("replayed", 2, "local:ops:SO_NOI_VU")
    late = await office.post(f"{LIST}/{id_}/discard", {"reason": "too late"})
    assert (late.status_code, late.json()["code"]) == (409, "replayed-already")


async def test_infrastructure_that_fails_is_503_and_the_letter_stays(office: Office) -> None:
    [id_] = await office.set_aside(an_event().to_bytes())
    office.fault = ConnectionResetError("gone")
    answer = await office.post(f"{LIST}/{id_}/replay")
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "try-again", "5")
    told = (await office.get(f"{LIST}/{id_}")).json()
    assert (told["state"], told["attempts"]) == ("open", 0)


async def test_several_at_once(office: Office) -> None:
    events = [an_event() for _ in range(3)]
    ids = await office.set_aside(*(e.to_bytes() for e in events), b"{")
    office.fault = None
    first = (await office.post(f"{LIST}/replay", {"limit": 2})).json()
    assert first["items"] == [{"id": i, "state": "replayed", "outcome": "applied", "reason": None} for i in ids[:2]]
    rest = (await office.post(f"{LIST}/replay", {"limit": 2, "cursor": first["next"]})).json()
    assert [(item["id"], item["state"]) for item in rest["items"]] == [(ids[2], "replayed"), (ids[3], "open")]
    assert "Invalid JSON" in rest["items"][1]["reason"]
    assert rest["next"] is None
    assert office.applied == [e.id for e in events]
    assert (await office.post(f"{LIST}/replay", {"state": "replayed"})).status_code == 409
    assert (await office.post(f"{LIST}/replay", {"limit": 1000})).status_code == 422


@pytest.mark.parametrize("reason", ["", "    ", "abc", "x" * 501, None, 5])
async def test_discarding_needs_a_reason(office: Office, reason: object) -> None:
    [id_] = await office.set_aside(an_event().to_bytes())
    answer = await office.post(f"{LIST}/{id_}/discard", {"reason": reason})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/reason")
    assert (await office.get(f"{LIST}/{id_}")).json()["state"] == "open"


async def test_a_discarded_letter_is_kept_and_may_be_replayed(office: Office) -> None:
    [id_] = await office.set_aside(an_event().to_bytes())
    answer = await office.post(f"{LIST}/{id_}/discard", {"reason": "  sent by a test of the agency  "})
    assert (answer.status_code, answer.json()) == (200, {"id": id_, "state": "discarded"})
    told = (await office.get(f"{LIST}/{id_}", role="auditor")).json()
    assert (told["note"], told["value"] is not None) == ("sent by a test of the agency", True)
    office.fault = None
    assert (await office.post(f"{LIST}/{id_}/replay")).json()["outcome"] == "applied"


async def test_ops_act_auditors_read_others_do_neither(office: Office) -> None:
    [id_] = await office.set_aside(an_event().to_bytes())
    office.fault = None
    reads = (LIST, f"{LIST}/{id_}", f"{LIST}/{id_}/raw", "/dead-letters", f"/dead-letters/{id_}")
    acts: tuple[tuple[str, dict[str, str] | None], ...] = (
        (f"{LIST}/{id_}/replay", None),
        (f"{LIST}/replay", {}),
        (f"{LIST}/{id_}/discard", {"reason": "no right"}),
    )
    for role in ("reporter", "head", "coordinator", "leader", "auditor"):
        for path in reads:
            assert (await office.get(path, role)).status_code == (200 if role == "auditor" else 403), (role, path)
        for path, body in acts:
            assert (await office.post(path, body, role)).status_code == 403, (role, path)
        for path, form in (
            (f"/dead-letters/{id_}/replay", {}),
            (f"/dead-letters/{id_}/discard", {"reason": "no right"}),
        ):
            assert (await office.send(path, role, **form)).status_code == 403, (role, path)
    assert (await office.client.get(LIST)).status_code == 401
    assert (await office.client.post(f"{LIST}/{id_}/replay")).status_code == 401
    assert office.applied == []


async def test_numbers_that_no_letter_has(office: Office) -> None:
    for id_ in ("1", "9223372036854775807"):
        assert (await office.get(f"{LIST}/{id_}")).status_code == 404
        assert (await office.post(f"{LIST}/{id_}/replay")).status_code == 404
        assert (await office.post(f"{LIST}/{id_}/discard", {"reason": "nothing there"})).status_code == 404
        assert (await office.get(f"/dead-letters/{id_}", accept="text/html")).status_code == 404
    for id_ in ("0", "9223372036854775808", "x"):
        assert (await office.get(f"{LIST}/{id_}")).status_code == 422
        assert (await office.get(f"/dead-letters/{id_}", accept="text/html")).status_code == 404


async def test_a_record_of_no_calendar_is_told_all_the_same(office: Office) -> None:
    [id_] = await office.set_aside(b"{")
    async with office.engine.begin() as tx:
        await tx.execute(sa.text("update dead_letter set timestamp_ms = 9223372036854775807"))
    assert (await office.get(f"{LIST}/{id_}")).json()["timestamp"] is None


@pytest.mark.parametrize("reason", ["\u200b" * 9, "abcd\u200b\u3164 ", "tests\u202esdrow", "bell\x07bell"])
async def test_a_reason_is_a_text_that_looks_like_what_it_is(office: Office, reason: str) -> None:
    [id_] = await office.set_aside(an_event().to_bytes())
    answer = await office.post(f"{LIST}/{id_}/discard", {"reason": reason})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/reason")
    page = await office.send(f"/dead-letters/{id_}/discard", reason=reason)
    assert page.status_code == 422 and (await office.get(f"{LIST}/{id_}")).json()["state"] == "open"


async def test_a_reason_is_kept_composed(office: Office) -> None:
    [id_] = await office.set_aside(an_event().to_bytes())
    reason = "Bản ghi thử"
    await office.post(f"{LIST}/{id_}/discard", {"reason": unicodedata.normalize("NFD", f" {reason}\n")})
    assert (await office.get(f"{LIST}/{id_}")).json()["note"] == reason
