"""The form of an inspection, and the page of one."""

import json

import pytest
import sqlalchemy as sa

from services.audit.tests.audit_driver import Audit
from services.audit.tests.page_check import check
from services.audit.tests.page_forms import FORM, send


async def test_the_form_logs_an_inspection_once(audit: Audit) -> None:
    text = check(await audit.get("/inspections/new"))
    assert 'name="findings-0-criteria"' in text and "Không ghi tên" in text
    for _ in range(2):
        answer = await send(audit, "/inspections/new", FORM)
        assert answer.status_code == 303
    case = check(await audit.get(answer.headers["location"]))
    assert "Giám sát tại Xã Quảng Trực" in case and "Dòng một<br>" in case and "Không &lt;b&gt;đúng" in case
    assert "chưa có văn bản căn cứ" in case and "chưa ký, chưa có số" in case
    listed = check(await audit.get("/inspections"))
    assert "1 trung bình" in listed and "Đang tiến hành" in listed and ">15<" in listed
    assert len(await audit.rows("select id from inspection")) == 1


@pytest.mark.parametrize("kept_json", [False, True], ids=["the address of the page", "JSON with other members"])
async def test_the_answer_that_another_version_kept_leads_to_the_inspection(audit: Audit, kept_json: bool) -> None:
    where = (await send(audit, "/inspections/new", FORM)).headers["location"]
    kept = json.dumps({"id": where.split("/")[-1], "case": "x"}) if kept_json else where
    async with audit.engine.begin() as tx:
        values = {"status": 201 if kept_json else 303, "body": kept.encode()}
        await tx.execute(sa.text("update idempotency set status = :status, body = :body"), values)
    again = await send(audit, "/inspections/new", FORM)
    assert (again.status_code, again.headers["location"]) == (303, where)
    assert len(await audit.rows("select id from inspection")) == 1


async def test_another_box_without_javascript(audit: Audit) -> None:
    text = check(await send(audit, "/inspections/new", FORM | {"action": "another"}))
    assert 'name="findings-2-criteria"' in text and "Điều 5" in text and "error-summary" not in text
    assert await audit.rows("select id from inspection") == []


async def test_a_finding_is_added_on_the_page_of_the_case(audit: Audit) -> None:
    where = (await send(audit, "/inspections/new", FORM)).headers["location"]
    finding = {name.removeprefix("findings-1-"): value for name, value in FORM.items() if "findings-1" in name}
    wrong = check(await send(audit, f"{where}/findings", finding | {"effect": ""}), 422)
    assert 'id="effect-error"' in wrong and ">Hậu quả: chưa điền" in wrong and "Thiếu người</textarea>" in wrong
    for _ in range(2):
        assert (await send(audit, f"{where}/findings", finding | {"key": "f1"})).headers["location"] == where
    assert "Phát hiện 2" in check(await audit.get(where)) and "Phát hiện 3" not in (await audit.get(where)).text
    assert "<form" not in (await audit.get(where, "leader")).text.split("<main")[1]
