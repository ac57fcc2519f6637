"""The receipt, and what is decided on it."""

from typing import Any

import pytest

from services.submissions.tests.api_client import COMMUNE, ApiClient
from services.submissions.tests.browser import browse, inputs, press, words_of
from services.submissions.tests.reports import commune_report
from submissions.rules.form import FormRules


async def test_review_and_correction_on_pages(api_client: ApiClient, rules: dict[str, FormRules]) -> None:
    obligation_id = await api_client.obligation_id()
    first = (await api_client.submit(obligation_id, commune_report())).json()
    path = f"/submissions/{first['id']}"
    assert "Rút báo cáo" in (await browse(api_client, path)).text
    coordinator = ("coordinator", "SO_NOI_VU")
    assert "Chấp nhận" in (await browse(api_client, path, *coordinator)).text  # type: ignore[arg-type]
    seen = inputs(await browse(api_client, path, *coordinator)).values  # type: ignore[arg-type]
    silent = await press(api_client, f"{path}/decision", seen | {"decision": "return"}, *coordinator)  # type: ignore[arg-type]
    assert silent.status_code == 422 and "Hãy ghi lý do" in silent.text
    assert "<title>Lỗi: Biên nhận Biểu B01-XA năm 2026 · Xã Quảng Trực" in silent.text
    typed = inputs(silent).values | {"decision": "return", "reason": "Sai dân số"}
    done = await press(api_client, f"{path}/decision", typed, *coordinator)  # type: ignore[arg-type]
    assert done.status_code == 303
    assert "Trả lại vì: <bdi>Sai dân số</bdi>" in (await browse(api_client, "/obligations")).text
    form = await browse(api_client, f"/obligations/{obligation_id}")
    for one in (form, await browse(api_client, "/obligations"), await browse(api_client, path)):
        said = words_of(one)
        assert "Sở Nội vụ (điều phối)" in said and "24/11/2026 08:00" in said and "Sai dân số" in said
    data = inputs(form).values
    assert "Sai dân số" in form.text
    assert data[f"value.{[f.element.id for f in rules['B01-XA'].fields].index('n_orgs_total')}"] == "12", "prefilled"
    unexplained = await press(api_client, f"/obligations/{obligation_id}", data)
    assert unexplained.status_code == 422 and "lý do đính chính" in unexplained.text
    sent = await press(api_client, f"/obligations/{obligation_id}", data | {"reason": "Đã sửa"})
    receipt = await browse(api_client, sent.headers["location"])
    assert "Bản 2" in receipt.text and "Đính chính: <bdi>Đã sửa</bdi>" in receipt.text
    listed = words_of(receipt).split("Các bản đã gửi")[1]
    assert "Bản 1 24/11/2026 08:00 Xã Quảng Trực (người báo cáo)" in listed
    assert "Trả lại 24/11/2026 08:00, Sở Nội vụ (điều phối): Sai dân số" in listed
    english = words_of(await browse(api_client, path, lang="en"))
    assert "(coordinator): Sai dân số" in english and "(reporter)" in english
    seen = inputs(receipt).values
    withdrawn = await press(api_client, f"{sent.headers['location']}/withdrawal", seen | {"reason": "Nhầm"})
    assert withdrawn.status_code == 303
    assert "Đã rút" in (await browse(api_client, sent.headers["location"])).text
    too_late = await press(api_client, f"{path}/decision", typed | {"decision": "accept"}, *coordinator)  # type: ignore[arg-type]
    assert too_late.status_code == 412 and "đã thay đổi từ khi mở trang" in too_late.text


async def test_illustrative_reports_carry_the_ribbon(api_client: ApiClient, report: dict[str, Any]) -> None:
    obligation_id = await api_client.obligation_id()
    receipt = (await api_client.submit(obligation_id, report, headers={"X-Tiendo-Illustrative": "true"})).json()
    for path in (f"/obligations/{obligation_id}", f"/submissions/{receipt['id']}"):
        assert "Dữ liệu minh họa" in (await browse(api_client, path)).text


COORDINATOR: Any = ("coordinator", "SO_NOI_VU")


async def test_two_coordinators_on_one_report(api_client: ApiClient, report: dict[str, Any]) -> None:
    receipt = (await api_client.submit(await api_client.obligation_id(), report)).json()
    path = f"/submissions/{receipt['id']}"
    seen = inputs(await browse(api_client, path, *COORDINATOR)).values
    await api_client.decide(receipt["id"], "accept")
    late = await press(api_client, f"{path}/decision", seen | {"decision": "return", "reason": "Sai <b>"}, *COORDINATOR)
    assert late.status_code == 412 and "(Cơ quan điều phối) chấp nhận bản 1" in late.text
    assert "Bạn đã chọn: trả lại" in late.text and inputs(late).values["reason"] == "Sai <b>"
    assert (await api_client.get(f"/api/v1{path}")).json()["state"] == "accepted"
    looked = inputs(late).values | {"decision": "return"}
    done = await press(api_client, f"{path}/decision", looked, *COORDINATOR)
    assert done.status_code == 303
    again = await press(api_client, f"{path}/decision", looked, *COORDINATOR)
    assert (again.status_code, again.headers["location"]) == (303, done.headers["location"]), "pressing twice"
    assert await api_client.count("review") == 2
    last = await press(api_client, f"{path}/decision", seen | {"decision": "accept", "reason": "đã gõ"}, *COORDINATOR)
    assert last.status_code == 412 and "<bdi>đã gõ</bdi>" in last.text, "kept, though nothing can be decided now"


async def test_a_withdrawal_of_what_was_decided_meanwhile(api_client: ApiClient, report: dict[str, Any]) -> None:
    receipt = (await api_client.submit(await api_client.obligation_id(), report)).json()
    path = f"/submissions/{receipt['id']}"
    seen = inputs(await browse(api_client, path)).values | {"reason": "Nhầm kỳ"}
    await api_client.decide(receipt["id"], "accept")
    late = await press(api_client, f"{path}/withdrawal", seen)
    assert late.status_code == 412 and "chấp nhận bản 1" in late.text and "<bdi>Nhầm kỳ</bdi>" in late.text


@pytest.mark.parametrize("word", ["aceept", "", "ACCEPT", "withdraw", "x" * 5000, None])
async def test_an_unknown_word_decides_nothing(api_client: ApiClient, report: dict[str, Any], word: str | None) -> None:
    receipt = (await api_client.submit(await api_client.obligation_id(), report)).json()
    path = f"/submissions/{receipt['id']}"
    data = inputs(await browse(api_client, path, *COORDINATOR)).values | {"reason": "đồng ý"}
    answer = await press(
        api_client, f"{path}/decision", data | ({} if word is None else {"decision": word}), *COORDINATOR
    )
    assert answer.status_code == 422 and "không phải là một quyết định" in answer.text
    assert inputs(answer).values["reason"] == "đồng ý" and "decision" in inputs(answer).ids
    assert (await api_client.get(f"/api/v1{path}")).json()["state"] == "submitted"


async def test_a_decision_that_comes_back_through_the_sign_in_is_shown_first(
    api_client: ApiClient, report: dict[str, Any]
) -> None:
    receipt = (await api_client.submit(await api_client.obligation_id(), report)).json()
    path = f"/submissions/{receipt['id']}"
    typed = inputs(await browse(api_client, path, *COORDINATOR)).values | {"decision": "return", "reason": "Sai dân số"}
    shown = await press(api_client, f"{path}/decision", typed | {"kept-resumed": "1"}, *COORDINATOR)
    assert shown.status_code == 200 and "xem lại rồi gửi" in shown.text
    assert inputs(shown).values["reason"] == "Sai dân số" and await api_client.count("review") == 0
    done = await press(api_client, f"{path}/decision", inputs(shown).values | {"decision": "return"}, *COORDINATOR)
    assert done.status_code == 303 and await api_client.count("review") == 1


async def test_a_withdrawal_that_comes_back_through_the_sign_in_is_shown_first(
    api_client: ApiClient, report: dict[str, Any]
) -> None:
    receipt = (await api_client.submit(await api_client.obligation_id(), report)).json()
    path = f"/submissions/{receipt['id']}"
    typed = inputs(await browse(api_client, path)).values | {"reason": "Nhầm kỳ"}
    shown = await press(api_client, f"{path}/withdrawal", typed | {"kept-resumed": "1"})
    assert shown.status_code == 200 and inputs(shown).values["reason"] == "Nhầm kỳ"
    assert (await api_client.get(f"/api/v1{path}")).json()["state"] == "submitted"


@pytest.mark.parametrize(("act", "who"), [("decision", COORDINATOR), ("withdrawal", ("reporter", COMMUNE))])
async def test_an_act_that_comes_back_late_is_told_what_happened_and_loses_nothing(
    api_client: ApiClient, report: dict[str, Any], act: str, who: Any
) -> None:
    receipt = (await api_client.submit(await api_client.obligation_id(), report)).json()
    path = f"/submissions/{receipt['id']}"
    typed = inputs(await browse(api_client, path, *who)).values | {"reason": "Đã gõ lâu rồi", "decision": "return"}
    await api_client.decide(receipt["id"], "accept")
    late = await press(api_client, f"{path}/{act}", typed | {"kept-resumed": "1"}, *who)
    assert late.status_code == 412 and "đã thay đổi từ khi mở trang" in late.text
    assert "(Cơ quan điều phối) chấp nhận bản 1" in late.text and "Đã gõ lâu rồi" in late.text
    assert (await api_client.get(f"/api/v1{path}")).json()["state"] == "accepted"


async def test_a_tick_comes_back_with_the_reason(api_client: ApiClient, report: dict[str, Any]) -> None:
    receipt = (await api_client.submit(await api_client.obligation_id(), report)).json()
    path = f"/submissions/{receipt['id']}"
    typed = inputs(await browse(api_client, path, *COORDINATOR)).values
    typed |= {"decision": "return", "reason": "gọi 0912 345 678", "confirmed": "personal_data", "kept-resumed": "1"}
    shown = await press(api_client, f"{path}/decision", typed, *COORDINATOR)
    assert 'value="personal_data" checked' in shown.text


async def test_who_sent_a_report_is_told_why_there_is_nothing_to_press(
    api_client: ApiClient, report: dict[str, Any]
) -> None:
    """Without it they press a button, and are refused with 403."""
    receipt = (await api_client.submit(await api_client.obligation_id(), report, subject="the-person")).json()
    path = f"/submissions/{receipt['id']}"
    own = await browse(api_client, path, *COORDINATOR, subject="the-person")
    assert "không được tự xem xét" in words_of(own) and "/decision" not in own.text and "the-person" not in own.text
    english = await browse(api_client, path, *COORDINATOR, lang="en", subject="the-person")  # type: ignore[misc]
    assert "may not decide about it" in words_of(english)
    other = await browse(api_client, path, *COORDINATOR, subject="somebody-else")
    assert "không được tự xem xét" not in words_of(other) and "Chấp nhận" in other.text
    await api_client.withdraw(receipt["id"])
    assert "không được tự xem xét" not in words_of(await browse(api_client, path, *COORDINATOR, subject="the-person"))
