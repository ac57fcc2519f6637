"""The form of an inspection, and the page of one."""

import json

import pytest
import sqlalchemy as sa

from services.audit.tests.audit_driver import Audit
from services.audit.tests.page_check import check
from services.audit.tests.page_forms import FORM, send
from tests.support.databases import owner


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


FINDING_FORM = {name.removeprefix("findings-1-"): value for name, value in FORM.items() if "findings-1" in name}


async def test_days_are_typed_as_an_office_writes_them(audit: Audit) -> None:
    for path in ("/inspections/new", "/log"):
        page = (await audit.get(path)).text
        assert 'type="date"' not in page and "ngày/tháng/năm, ví dụ 14/12/2026" in page
    for number, day in enumerate(("01/12/2026", "2026-12-01")):
        sent = await send(audit, "/inspections/new", FORM | {"started_on": day, "key": f"day-{number}"})
        assert sent.status_code == 303
    assert {str(row.started_on) for row in await audit.rows("select started_on from inspection")} == {"2026-12-01"}


@pytest.mark.parametrize(
    "day",
    [
        "1/12/2026",
        "12/31/2026",
        "31/02/2026",
        "01-12-2026",
        "01/12/26",
        "20261201",
        "2026-W49-2",
        "hôm qua",
        "1.12.2026",
    ],
)
async def test_another_writing_of_a_day_is_kept_and_told(audit: Audit, day: str) -> None:
    wrong = check(await send(audit, "/inspections/new", FORM | {"started_on": day}), 422)
    assert f'value="{day}"' in wrong and "Viết ngày/tháng/năm, ví dụ 14/12/2026" in wrong
    english = await audit.client.post(
        "/inspections/new", data=FORM | {"started_on": day},
        headers=audit.as_("auditor") | {"Accept": "text/html", "Cookie": "lang=en"},
    )  # fmt: skip
    assert "Write day/month/year, for example 14/12/2026" in english.text


async def test_the_log_takes_days_as_an_office_writes_them(audit: Audit) -> None:
    for day in ("14/12/2026", "2026-12-14"):
        assert 'value="14/12/2026"' in check(await audit.get("/log", **{"from": day}))
    wrong = check(await audit.get("/log", **{"from": "14-12-2026"}), 422)
    assert 'value="14-12-2026"' in wrong and "đủ hai chữ số cho ngày và tháng, ví dụ 14/12/2026" in wrong


async def test_nothing_of_ours_is_printed(audit: Audit) -> None:
    listed = (await audit.get("/inspections")).text
    assert "O12, O13" not in listed and "Các cuộc theo nhiệm vụ của kế hoạch:" in listed
    bad = {"unit": "24736", "kind": "x", "obligation": "O99", "findings-1-severity": "x", "findings-1-measure": "9"}
    wrong = check(await send(audit, "/inspections/new", FORM | bad), 422)
    summary = wrong.split("error-summary")[1].split("</ul>")[0]
    for code in ("24736@", "SO_Y_TE", "thanh_tra", "O12", "high", "/unit", "^"):
        assert code not in summary.replace('href="#', "")
    assert "Chọn một đơn vị trong danh sách" in summary
    log = check(await audit.get("/log", type="x"), 422)
    assert "submission.received," not in log and "Chọn một loại trong danh sách" in log


async def test_personal_data_is_asked_about_on_the_pages(audit: Audit) -> None:
    assert 'name="confirmed"' not in (await audit.get("/inspections/new")).text
    named = FORM | {"scope": "Bà H., 0912 345 678"}
    asked = check(await send(audit, "/inspections/new", named), 422)
    assert "giống số điện thoại" in asked and 'name="confirmed"' in asked and "0912 345 678</textarea>" in asked
    ticked = check(await send(audit, "/inspections/new", named | {"confirmed": "personal_data", "unit": ""}), 422)
    assert 'value="personal_data" checked' in ticked
    where = (await send(audit, "/inspections/new", named | {"confirmed": "personal_data"})).headers["location"]
    assert "Người ghi đã xem lại và xác nhận" in (await audit.get(where)).text
    finding = FINDING_FORM | {"key": "p1", "cause": "thư a@b.vn"}
    asked = check(await send(audit, f"{where}/findings", finding), 422)
    assert "giống địa chỉ thư điện tử" in asked and 'name="confirmed"' in asked and "thư a@b.vn</textarea>" in asked
    assert (await send(audit, f"{where}/findings", finding | {"confirmed": "personal_data"})).status_code == 303


async def test_the_second_inspector_is_told_and_keeps_what_was_typed(audit: Audit) -> None:
    where = (await send(audit, "/inspections/new", FORM)).headers["location"]
    opened = (await audit.get(where)).text
    assert 'name="seen" value="1"' in opened
    mine = FINDING_FORM | {"key": "one", "seen": "1"}
    assert (await send(audit, f"{where}/findings", mine)).status_code == 303
    other = FINDING_FORM | {"key": "two", "seen": "1", "cause": "Của người thứ hai"}
    late = check(await send(audit, f"{where}/findings", other, "coordinator"), 412)
    assert "người khác đã ghi thêm phát hiện" in late and "CHƯA được ghi" in late
    assert "Của người thứ hai</textarea>" in late and 'name="seen" value="2"' in late
    assert late.count(">mới</span>") == 1 and len(await audit.rows("select id from finding")) == 2
    again = other | {"seen": "2"}
    assert (await send(audit, f"{where}/findings", again, "coordinator")).status_code == 303
    double = await send(audit, f"{where}/findings", again, "coordinator")
    assert double.status_code == 303 and len(await audit.rows("select id from finding")) == 3


async def test_back_and_another_text_is_told_instead_of_lost(audit: Audit) -> None:
    where = (await send(audit, "/inspections/new", FORM)).headers["location"]
    changed = check(await send(audit, "/inspections/new", FORM | {"scope": "Đã sửa lại"}), 409)
    assert "CHƯA được ghi" in changed and f'href="{where}"' in changed and "Đã sửa lại</textarea>" in changed
    assert 'value="page-1"' not in changed, "a new key: pressing again records another one"
    first = FINDING_FORM | {"key": "f1", "seen": "1"}
    assert (await send(audit, f"{where}/findings", first)).status_code == 303
    told = check(await send(audit, f"{where}/findings", first | {"cause": "Khác"}), 409)
    assert "CHƯA được ghi" in told and "Khác</textarea>" in told and 'value="f1"' not in told
    assert len(await audit.rows("select id from inspection")) == 1
    assert len(await audit.rows("select id from finding")) == 2


async def test_a_form_that_comes_back_through_the_sign_in_is_shown_first(audit: Audit) -> None:
    shown = check(await send(audit, "/inspections/new", FORM | {"kept-resumed": "1"}))
    assert "xem lại rồi gửi" in shown and "Thiếu người</textarea>" in shown and "error-summary" not in shown
    assert await audit.rows("select id from inspection") == []
    where = (await send(audit, "/inspections/new", FORM)).headers["location"]
    again = check(await send(audit, f"{where}/findings", FINDING_FORM | {"kept-resumed": "1"}))
    assert "Thiếu người</textarea>" in again and "Phát hiện 3" not in again
    assert len(await audit.rows("select id from finding")) == 1


async def test_a_finding_that_comes_back_late_is_told_what_others_recorded(audit: Audit) -> None:
    where = (await send(audit, "/inspections/new", FORM)).headers["location"]
    assert (await send(audit, f"{where}/findings", FINDING_FORM | {"key": "one", "seen": "1"})).status_code == 303
    mine = FINDING_FORM | {"key": "two", "seen": "1", "cause": "Của người thứ hai", "kept-resumed": "1"}
    late = check(await send(audit, f"{where}/findings", mine), 412)
    assert "người khác đã ghi thêm phát hiện" in late and "Của người thứ hai</textarea>" in late
    assert 'name="key" value="two"' in late


@pytest.mark.parametrize("resumed", [{}, {"kept-resumed": "1"}])
async def test_a_finding_that_comes_after_the_conclusion_is_not_lost(audit: Audit, resumed: dict[str, str]) -> None:
    where = (await send(audit, "/inspections/new", FORM)).headers["location"]
    async with owner(audit.engine) as tx:
        await tx.execute(sa.text("update inspection set signed_on = started_on, document_number = '1/KL'"))
    late = await send(audit, f"{where}/findings", FINDING_FORM | {"key": "one", "seen": "1"} | resumed)
    assert late.status_code == (412 if resumed else 409)
    assert "đã kết luận từ khi mở trang" in late.text and '<dd dir="auto">Thiếu người</dd>' in late.text
    assert len(await audit.rows("select id from finding")) == 1


async def test_a_form_of_an_inspection_comes_back_with_its_key(audit: Audit) -> None:
    shown = check(await send(audit, "/inspections/new", FORM | {"kept-resumed": "1"}))
    assert f'name="key" value="{FORM["key"]}"' in shown
