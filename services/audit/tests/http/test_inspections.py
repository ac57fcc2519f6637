"""POST and GET inspections: what is answered, to whom."""

from typing import Any

import pytest

from services.audit.tests.audit_driver import Audit
from services.audit.tests.cases import CASE, FINDING, FINDING_ALONE, post, published
from services.audit.tests.sample_events import OTHER, UNIT


async def test_all_faults_at_once_and_nothing_is_kept(audit: Audit) -> None:
    bad = CASE | {"unit": "nowhere", "kind": "x", "document_number": "1/KL", "findings": [{"severity": "x"}], "more": 1}
    bad["confirmed"] = []
    answer = await post(audit, "/api/v1/inspections", bad)
    assert answer.status_code == 422
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {
        "/unit", "/kind", "/document_number", "/more", "/scope", "/findings/0/criteria", "/findings/0/condition",
        "/findings/0/cause", "/findings/0/effect", "/findings/0/severity",
    }  # fmt: skip
    assert await published(audit) == [] and await audit.rows("select id from inspection") == []


@pytest.mark.parametrize("body", [None, [], "x", 7, {}])
async def test_bodies_of_another_shape(audit: Audit, body: Any) -> None:
    assert (await post(audit, "/api/v1/inspections", body)).status_code == 422
    headers = audit.as_("auditor") | {"Content-Type": "application/json"}
    broken = await audit.client.post("/api/v1/inspections", content=b"{", headers=headers)
    assert broken.status_code == 400


async def test_who_may_do_what(audit: Audit) -> None:
    for role, status in {
        "auditor": 201,
        "coordinator": 201,
        "leader": 403,
        "ops": 403,
        "reporter": 403,
        "head": 403,
    }.items():
        assert (await post(audit, "/api/v1/inspections", CASE, role)).status_code == status
        assert (await audit.get("/api/v1/inspections", role)).status_code == 200
        assert (await audit.get("/inspections", role)).status_code == 200


async def test_a_unit_reads_the_inspections_of_itself_only(audit: Audit) -> None:
    mine, others = [
        (await post(audit, "/api/v1/inspections", CASE | {"unit": unit})).json()["id"] for unit in (UNIT, OTHER)
    ]
    for role in ("reporter", "head"):
        listed = (await audit.get("/api/v1/inspections", role, UNIT)).json()["items"]
        assert [item["id"] for item in listed] == [mine]
        assert (await audit.get("/api/v1/inspections", role, UNIT, unit=OTHER)).status_code == 403
        assert (await audit.get(f"/api/v1/inspections/{mine}", role, UNIT)).json()["findings"]
        page = await audit.get("/inspections", role, UNIT)
        assert mine in page.text and others not in page.text and OTHER not in page.text
        assert "<form" not in (await audit.get(f"/inspections/{mine}", role, UNIT)).text.split("<main")[1]
        for path in (f"/api/v1/inspections/{others}", f"/inspections/{others}"):
            assert (await audit.get(path, role, UNIT)).status_code == 404


async def test_personal_data_is_asked_about_before_anything_is_kept(audit: Audit) -> None:
    told = (await post(audit, "/api/v1/inspections", CASE | {"confirmed": []})).json()["errors"]
    parts = ("criteria", "condition", "cause", "effect")
    places = [f"/findings/{n}/{part}" for n in (0, 1) for part in parts]
    assert [(e["code"], e["pointer"]) for e in told] == [("personal_data", at) for at in ("/scope", *places)]
    assert await audit.rows("select id from inspection") == []
    made = (await post(audit, "/api/v1/inspections", CASE)).json()
    assert made["confirmed"] == ["personal_data"]
    assert [one["confirmed"] for one in made["findings"]] == [["personal_data"]] * 2
    refused = await post(audit, f"/api/v1/inspections/{made['id']}/findings", FINDING)
    assert {(e["code"], e["pointer"]) for e in refused.json()["errors"]} == {("personal_data", f"/{p}") for p in parts}
    plain = FINDING_ALONE | dict.fromkeys(parts, "Theo văn bản số 12")
    for body, confirmed in ((FINDING_ALONE, ["personal_data"]), (plain, [])):
        recorded = await post(audit, f"/api/v1/inspections/{made['id']}/findings", body)
        assert (recorded.status_code, recorded.json()["confirmed"]) == (201, confirmed)
    assert not any(b"0987" in row.value or b"confirmed" in row.value for row in await published(audit))


@pytest.mark.parametrize(
    ("confirmed", "code"),
    [("personal_data", "not-a-list"), (["all"], "unknown-confirmation"), ([1], "unknown-confirmation"),
     (["personal_data"] * 8 + ["all"], "unknown-confirmation")],
)  # fmt: skip
async def test_what_cannot_be_confirmed_is_named(audit: Audit, confirmed: object, code: str) -> None:
    body = CASE | {"confirmed": confirmed, "scope": "x", "findings": []}
    answer = await post(audit, "/api/v1/inspections", body)
    assert [(e["code"], e["pointer"]) for e in answer.json()["errors"]] == [(code, "/confirmed")]


async def test_a_replay_gets_the_first_answer_with_its_headers(audit: Audit) -> None:
    key = {"Idempotency-Key": "once"}
    first, again = [await post(audit, "/api/v1/inspections", CASE, **key) for _ in range(2)]
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["location"] == first.headers["location"] == f"/api/v1/inspections/{first.json()['id']}"
    path = f"{first.headers['location']}/findings"
    one, two = [await post(audit, path, FINDING_ALONE, **{"Idempotency-Key": "f"}) for _ in range(2)]
    assert two.content == one.content and one.headers["etag"] == two.headers["etag"] == '"3"'
    assert two.headers["location"] == one.headers["location"] == first.headers["location"]
    assert len(await audit.rows("select id from finding")) == 3


async def test_a_finding_says_which_state_its_writer_has_seen(audit: Audit) -> None:
    where = (await post(audit, "/api/v1/inspections", CASE)).headers["location"]
    seen = (await audit.get(where)).headers["etag"]
    assert seen == '"2"'
    assert (await post(audit, f"{where}/findings", FINDING_ALONE, **{"If-Match": seen})).status_code == 201
    late = await post(audit, f"{where}/findings", FINDING_ALONE, **{"If-Match": seen})
    assert (late.status_code, late.json()["code"]) == (412, "precondition-failed")
    for tag in ('W/"3"', "x", '"03"'):
        assert (await post(audit, f"{where}/findings", FINDING_ALONE, **{"If-Match": tag})).status_code == 412
    assert (await post(audit, f"{where}/findings", FINDING_ALONE, **{"If-Match": '"2", "3"'})).status_code == 201
    assert (await post(audit, f"{where}/findings", FINDING_ALONE, **{"If-Match": "*"})).status_code == 201
