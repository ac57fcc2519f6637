"""The words of inspections, and the log found by whatever somebody types."""

import re
import unicodedata
from typing import Any
from uuid import uuid4

import pytest

from services.audit.tests.audit_driver import Audit
from services.audit.tests.cases import CASE, FINDING, post
from services.audit.tests.page_check import check
from services.audit.tests.page_forms import FORM, send
from services.audit.tests.sample_events import OTHER, UNIT, aggregated, opened, received

INSPECTIONS = "/api/v1/inspections"
QUANG_TRUC = "Xã Quảng Trực"


async def faults_of(audit: Audit, path: str, body: Any) -> dict[str, str]:
    answer = await post(audit, path, body)
    assert answer.status_code == 422, answer.text
    return {fault["pointer"]: fault["code"] for fault in answer.json()["errors"]}


@pytest.mark.parametrize("nothing", ["\u200b", "\u2060\u3164", "\u2800", "\ufe0f", "\u00ad \u0301"])
async def test_what_shows_nothing_is_no_scope_and_no_finding(audit: Audit, nothing: str) -> None:
    parts = dict.fromkeys(("criteria", "condition", "cause", "effect"), nothing)
    case = CASE | {"scope": nothing, "findings": [FINDING | parts]}
    assert await faults_of(audit, INSPECTIONS, case) == {
        "/scope": "required", **{f"/findings/0/{part}": "required" for part in parts},
    }  # fmt: skip
    page = await send(audit, "/inspections/new", FORM | {"scope": nothing})
    assert page.status_code == 422 and 'href="#scope"' in page.text


async def test_what_hides_something_is_refused_where_it_stands(audit: Audit) -> None:
    case = CASE | {"scope": "a\u202eb", "findings": [FINDING | {"cause": "a\x7fb"}], "basis_document": "1\u20662"}
    assert await faults_of(audit, INSPECTIONS, case) == {
        "/scope": "direction-character", "/findings/0/cause": "control-character",
        "/basis_document": "direction-character",
    }  # fmt: skip


async def test_words_are_kept_composed(audit: Audit) -> None:
    case = CASE | {"scope": unicodedata.normalize("NFD", "Phạm vi"), "findings": []}
    assert (await post(audit, INSPECTIONS, case)).json()["scope"] == "Phạm vi"


async def test_an_id_is_found_however_it_is_written(audit: Audit) -> None:
    event = received(uuid4())
    await audit.log(event, aggregated())
    data = (await audit.items(type="submission.received"))[0]["data"]
    for id_ in (event.id, event.subject, data["submission_id"], data["obligation_id"]):
        for written in (id_, id_.upper(), f"urn:uuid:{id_}", id_.replace("-", ""), f"{{{id_}}}", f"  {id_} "):
            assert [item["id"] for item in await audit.items(q=written)] == [event.id], written
    for written in (event.id.upper(), f"urn:uuid:{event.id}", event.id.replace("-", "")):
        for path in (f"/api/v1/events/{written}", f"/api/v1/events/{written}/raw", f"/events/{written}"):
            assert (await audit.get(path)).status_code == 200
    assert (await audit.get(f"/subjects/{event.subject.upper()}")).status_code == 200
    assert len(await audit.items(subject=event.subject.upper())) == 1


async def test_a_report_is_found_by_its_hash(audit: Audit) -> None:
    event = received(uuid4())
    hashed = event.model_copy(update={"data": {**event.model_dump(mode="json")["data"], "content_sha256": "ab" * 32}})
    await audit.log(hashed, received(uuid4()))
    for written in ("ab" * 32, "AB" * 32, f" {'Ab' * 32}"):
        assert [item["id"] for item in await audit.items(q=written)] == [event.id]


@pytest.mark.parametrize(
    "name", ["quang truc", "Quảng Trực", "XÃ QUẢNG TRỰC", unicodedata.normalize("NFD", QUANG_TRUC)]
)
async def test_a_unit_is_found_by_its_name(audit: Audit, name: str) -> None:
    now, before, other = opened(uuid4()), opened(uuid4(), unit="24736@2021-01-01"), opened(uuid4(), unit=OTHER)
    await audit.log(now, before, other)
    for parameter in ("q", "unit"):
        assert [item["id"] for item in await audit.items(**{parameter: name})] == [before.id, now.id]
        text = check(await audit.get("/log", **{parameter: name}))
        assert len(re.findall("phải nộp", text)) == 2
        assert f"<bdi>{QUANG_TRUC}</bdi> ({UNIT})" in text and "(24736@2021-01-01)" in text


async def test_a_name_of_several_units_says_which(audit: Audit) -> None:
    answer = await audit.get("/api/v1/events", unit="quang")
    [fault] = answer.json()["errors"]
    assert (answer.status_code, fault["code"]) == (422, "ambiguous-unit") and f"{QUANG_TRUC} ({UNIT})" in fault[
        "message"
    ]
    assert (await audit.get("/api/v1/events", unit="nowhere at all")).json()["errors"][0]["code"] == "unknown-unit"
    assert check(await audit.get("/log", unit="quang"), 422).count(UNIT) > 1


async def test_a_reporter_finds_no_other_unit_by_name(audit: Audit) -> None:
    await audit.log(opened(uuid4()), opened(uuid4(), unit=OTHER))
    own = await audit.get("/api/v1/events", "reporter", UNIT, q="quang truc")
    assert [item["data"]["unit"] for item in own.json()["items"]] == [UNIT]
    assert (await audit.get("/api/v1/events", "reporter", OTHER, unit="quang truc")).status_code == 403
    assert (await audit.get("/api/v1/events", "reporter", OTHER, q="quang truc")).json()["items"] == []


async def test_days_in_another_writing_are_refused_and_offered(audit: Audit) -> None:
    for written in ("20261214", "14/12/2026"):
        answer = await audit.get("/api/v1/events", to=written, **{"from": "2026-12-01T10:00:00"})
        faults = {fault["pointer"]: fault for fault in answer.json()["errors"]}
        assert answer.status_code == 422 and "2026-12-14" in faults["/query/to"]["message"]
        assert faults["/query/from"]["code"] == "not-an-instant"
