"""The form as a browser without JavaScript fills it in."""

import asyncio
import re
from typing import Any

import pytest

from services.submissions.tests.api_client import OTHER, ApiClient
from services.submissions.tests.browser import browse, filled, inputs, press
from services.submissions.tests.reports import commune_report
from submissions.rules.form import FormRules

PEOPLE = ("8200", "8300", "8200", "8300", "8200")


async def test_a_report_goes_from_the_form_to_the_receipt(api_client: ApiClient, rules: dict[str, FormRules]) -> None:
    before = await api_client.obligation_id(period="2025")
    await api_client.submit(before, commune_report(population="8001"))
    obligation_id = await api_client.obligation_id()
    form = await browse(api_client, f"/obligations/{obligation_id}")
    assert form.status_code == 200, form.text[:3000]
    assert "2025: 8.001" in form.text, "last year's value stands beside the cell"
    data = filled(rules["B01-XA"], form, population="8.123", n_people_reached="5.200")
    data |= {"narrative.general": "Đã tập huấn.", "evidence": "12/BC-UBND\n\n13/BC-UBND"}
    sent = await press(api_client, f"/obligations/{obligation_id}", data)
    assert sent.status_code == 303, sent.text[:3000]
    receipt = await browse(api_client, sent.headers["location"])
    assert receipt.status_code == 200, receipt.text[:3000]
    kept = (await api_client.get(f"/api/v1{sent.headers['location']}")).json()
    for text in (kept["id"], kept["content_sha256"], kept["trace_id"], "8.123", "24/11/2026 08:00:00", "13/BC-UBND"):
        assert text in receipt.text, text
    again = await press(api_client, f"/obligations/{obligation_id}", data)
    assert again.headers["location"] == sent.headers["location"], "pressing twice sends once"
    assert kept["revision"] == 1
    inputs(receipt)


async def test_what_was_typed_is_kept_beside_its_faults(api_client: ApiClient, rules: dict[str, FormRules]) -> None:
    obligation_id = await api_client.obligation_id()
    form = await browse(api_client, f"/obligations/{obligation_id}")
    data = filled(rules["B01-XA"], form, population="12.3.4", n_live_births_male="52%", n_orgs_total="")
    answer = await press(api_client, f"/obligations/{obligation_id}", data | {"narrative.general": "<b>x</b>"})
    assert answer.status_code == 422
    shown = inputs(answer)
    assert {name: shown.values[name] for name in data if name != "attempt"} == {
        name: value for name, value in (data | {"narrative.general": "<b>x</b>"}).items() if name != "attempt"
    }
    assert "Có 3 chỗ cần sửa" in answer.text
    for target in re.findall(r'<li><a href="#([^"]+)"', answer.text.split("error-summary")[1].split("</div>")[0]):
        assert target in shown.ids
    assert answer.text.count('aria-invalid="true"') == 3
    assert await api_client.count("submission") == 0


async def test_numbers_are_read_as_the_page_showed_them(api_client: ApiClient, rules: dict[str, FormRules]) -> None:
    obligation_id = await api_client.obligation_id()
    form = await browse(api_client, f"/obligations/{obligation_id}", lang="en")
    data = filled(rules["B01-XA"], form, population="8,123")
    sent = await press(api_client, f"/obligations/{obligation_id}", data)
    kept = (await api_client.get(f"/api/v1{sent.headers['location']}")).json()
    assert next(o["value"] for o in kept["observations"] if o["measure"] == "population") == "8123"


async def test_nothing_to_count_is_said_by_status(api_client: ApiClient, rules: dict[str, FormRules]) -> None:
    obligation_id = await api_client.obligation_id("B07-BLG", "SO_NOI_VU")
    office_of = ("reporter", "SO_NOI_VU")
    form = await browse(api_client, f"/obligations/{obligation_id}", *office_of)  # type: ignore[arg-type]
    assert form.text.count('<option value="not_applicable"') == 4
    assert "không có trường hợp nào thì chọn “Không phát sinh”" in form.text
    data = inputs(form).values
    data |= {name: "not_applicable" for name in data if name.startswith("status.")}
    sent = await press(api_client, f"/obligations/{obligation_id}", data, *office_of)  # type: ignore[arg-type]
    assert sent.status_code == 303, sent.text
    receipt = await browse(api_client, sent.headers["location"], *office_of)  # type: ignore[arg-type]
    assert "Không phát sinh" in receipt.text


async def test_not_applicable_is_offered_only_where_nothing_may_occur(
    api_client: ApiClient, rules: dict[str, FormRules]
) -> None:
    obligation_id = await api_client.obligation_id()
    form = await browse(api_client, f"/obligations/{obligation_id}")
    assert "hông phát sinh" not in form.text and "not_applicable" not in form.text
    data = filled(rules["B01-XA"], form) | {"status.female_key_leader": "not_applicable"}
    refused = await press(api_client, f"/obligations/{obligation_id}", data)
    assert refused.status_code == 422 and "Chọn có hoặc không" in refused.text
    assert "hông phát sinh" not in refused.text


@pytest.mark.parametrize("form", ["B04-CQ", "B06-KT", "B07-BLG", "B11-GD", "B13-TT"])
async def test_every_kind_of_form_is_drawn(api_client: ApiClient, form: str) -> None:
    await api_client.open("2026")
    item = (await api_client.get("/api/v1/obligations", params={"form": form})).json()["items"][0]
    for language in ("vi", "en"):
        answer = await browse(api_client, f"/obligations/{item['id']}", "head", item["unit"], lang=language)
        assert answer.status_code == 200
        inputs(answer)
    looked_at = await browse(api_client, f"/obligations/{item['id']}", "leader", "DAK_NONG")
    assert looked_at.status_code == 200 and '<form method="post" action="/obligations' not in looked_at.text


async def value_of(api_client: ApiClient, location: str, measure: str) -> str | None:
    kept = (await api_client.get(f"/api/v1{location}")).json()
    return next((o["value"] for o in kept["observations"] if o["measure"] == measure and not o["disaggregation"]), None)


async def test_two_people_on_one_form_see_both_and_lose_nothing(
    api_client: ApiClient, rules: dict[str, FormRules]
) -> None:
    obligation_id = await api_client.obligation_id()
    path = f"/obligations/{obligation_id}"
    await api_client.submit(obligation_id, commune_report())
    first, second = [inputs(await browse(api_client, path)).values for _ in range(2)]
    assert (await press(api_client, path, first | {"value.1": "100", "reason": "bé trai"}, "head")).status_code == 303
    typed = second | {"value.2": "90", "narrative.general": "x < y", "reason": "bé gái", "value.8": "abc"}
    stale = await press(api_client, path, typed)
    assert stale.status_code == 412 and await api_client.count("submission") == 2
    assert "Thủ trưởng đơn vị) gửi bản 2" in stale.text and "“<bdi>bé trai</bdi>”" in stale.text
    assert "Lấy theo bản hiện nay; trang của bạn có: 61" in stale.text and "Hiện nay: 55" in stale.text
    assert "không đọc được là số" in stale.text, "every fault at once"
    shown = inputs(stale).values
    assert {name: shown[name] for name in typed if name not in ("attempt", "version", "value.1")} == {
        name: value for name, value in typed.items() if name not in ("attempt", "version", "value.1")
    }
    assert shown["value.1"] == "100", "nothing was typed there"
    sent = await press(api_client, path, shown | {"value.8": "8.123"})
    assert sent.status_code == 303, sent.text
    kept = [await value_of(api_client, sent.headers["location"], f"n_live_births_{sex}") for sex in ("male", "female")]
    assert kept == ["100", "90"]


@pytest.mark.parametrize(
    ("name", "words"), [("narrative.general", "gọi 0912 345 678"), ("note.1", "x"), ("evidence", "x")]
)
async def test_what_others_wrote_is_not_confirmed_by_a_tick_before(
    api_client: ApiClient, name: str, words: str
) -> None:
    """Their words are taken over where nothing was typed, and this reader has not looked at them."""
    obligation_id = await api_client.obligation_id()
    path, ticked = f"/obligations/{obligation_id}", {"confirmed": "personal_data"}
    await api_client.submit(obligation_id, commune_report())
    first, second = [inputs(await browse(api_client, path)).values for _ in range(2)]
    assert (await press(api_client, path, first | {name: words, "reason": "sửa"} | ticked, "head")).status_code == 303
    stale = await press(api_client, path, second | {"reason": "gọi 0987 654 321", **ticked})
    assert stale.status_code == 412 and "checked" not in stale.text
    shown = inputs(stale).values
    assert shown[name] == words and "confirmed" not in shown
    asked = await press(api_client, path, shown)
    assert asked.status_code == 422 and 'name="confirmed"' in asked.text
    assert (await press(api_client, path, shown | ticked)).status_code == 303


async def test_a_tick_stays_where_only_a_figure_is_taken_over(api_client: ApiClient) -> None:
    obligation_id = await api_client.obligation_id()
    path, ticked = f"/obligations/{obligation_id}", {"confirmed": "personal_data"}
    await api_client.submit(obligation_id, commune_report())
    first, second = [inputs(await browse(api_client, path)).values for _ in range(2)]
    assert (await press(api_client, path, first | {"value.1": "62", "reason": "sửa"}, "head")).status_code == 303
    stale = await press(api_client, path, second | {"reason": "gọi 0987 654 321", **ticked})
    assert stale.status_code == 412 and 'value="personal_data" checked' in stale.text


async def test_back_after_sending_goes_on_as_a_correction(api_client: ApiClient, rules: dict[str, FormRules]) -> None:
    """From the very page that was sent, as often as one likes, as long as nobody else has changed the report."""
    obligation_id = await api_client.obligation_id()
    path = f"/obligations/{obligation_id}"
    page = filled(rules["B01-XA"], await browse(api_client, path))
    first = await press(api_client, path, page)
    silent = await press(api_client, path, page | {"value.8": "8124"})
    assert silent.status_code == 422 and 'value="8124"' in silent.text and "hãy ghi lý do đính chính" in silent.text
    corrected = await press(api_client, path, page | {"value.8": "8124", "reason": "gõ nhầm"})
    assert corrected.status_code == 303 and corrected.headers["location"] != first.headers["location"]
    again = await press(api_client, path, page | {"value.8": "8124", "reason": "gõ nhầm"})
    assert again.headers["location"] == corrected.headers["location"], "pressing twice sends once"
    back = await press(api_client, path, page)
    assert back.status_code == 422 and "hãy ghi lý do đính chính" in back.text, "what was sent first is wanted again"
    third = await press(api_client, path, page | {"value.8": "8125", "reason": "lại nhầm"})
    assert third.status_code == 303 and await api_client.count("submission") == 3
    await api_client.decide(third.headers["location"].rpartition("/")[2], "accept")
    late = await press(api_client, path, page | {"value.8": "8126", "reason": "nữa"})
    assert late.status_code == 412 and "chấp nhận bản 3" in late.text and 'value="8126"' in late.text
    sent = await press(api_client, path, inputs(late).values)
    assert sent.status_code == 303 and await value_of(api_client, sent.headers["location"], "population") == "8126"


async def test_back_to_what_was_sent_before_takes_effect(api_client: ApiClient, rules: dict[str, FormRules]) -> None:
    obligation_id = await api_client.obligation_id()
    await api_client.submit(obligation_id, commune_report())
    path = f"/obligations/{obligation_id}"
    page = filled(rules["B01-XA"], await browse(api_client, path)) | {"reason": "kiểm lại"}
    answers = [await press(api_client, path, page | {"value.8": people}) for people in PEOPLE]
    assert [a.status_code for a in answers] == [303] * len(PEOPLE)
    sent = [answer.headers["location"] for answer in answers]
    assert len(set(sent)) == len(PEOPLE) and await api_client.count("submission") == 1 + len(PEOPLE)
    assert await value_of(api_client, sent[-1], "population") == PEOPLE[-1]
    twice = await asyncio.gather(*(press(api_client, path, page | {"value.8": PEOPLE[-1]}) for _ in range(3)))
    assert {one.headers["location"] for one in twice} == {sent[-1]}, "the same press again"


async def test_many_presses_at_once_send_once(api_client: ApiClient, rules: dict[str, FormRules]) -> None:
    path = f"/obligations/{await api_client.obligation_id()}"
    page = filled(rules["B01-XA"], await browse(api_client, path))
    answers = await asyncio.gather(*(press(api_client, path, page) for _ in range(5)))
    assert len({(answer.status_code, answer.headers["location"]) for answer in answers}) == 1
    assert await api_client.count("submission") == 1


@pytest.mark.parametrize("version", [None, "", "0", "x", "99999999999999999999", "٣"])
async def test_a_page_that_does_not_say_its_version_is_shown_what_stands(
    api_client: ApiClient, rules: dict[str, FormRules], version: str | None
) -> None:
    obligation_id = await api_client.obligation_id()
    await api_client.submit(obligation_id, commune_report())
    page = inputs(await browse(api_client, f"/obligations/{obligation_id}")).values | {"value.1": "77", "reason": "x"}
    page = {name: value for name, value in page.items() if name != "version"}
    answer = await press(api_client, f"/obligations/{obligation_id}", page | ({"version": version} if version else {}))
    assert answer.status_code == 412 and 'value="77"' in answer.text and await api_client.count("submission") == 1


async def test_a_correction_keeps_what_came_over_the_api(api_client: ApiClient, report: dict[str, Any]) -> None:
    obligation_id = await api_client.obligation_id()
    report["observations"][1] |= {"status": "estimate", "note": "đối chiếu sổ\nđăng bộ"}
    report |= {"narrative": {"general": "Chung", "ke_hoach": "\nNăm sau"}, "evidence": ["CV 12\nngày 5", "13"]}
    first = (await api_client.submit(obligation_id, report)).json()
    page = inputs(await browse(api_client, f"/obligations/{obligation_id}")).values
    sent = await press(api_client, f"/obligations/{obligation_id}", page | {"reason": "không đổi gì"})
    before = (await api_client.get(f"/api/v1/submissions/{first['id']}")).json()
    after = (await api_client.get(f"/api/v1{sent.headers['location']}")).json()
    for member in ("observations", "narrative", "evidence", "content_sha256"):
        assert before[member] == after[member], member


async def test_a_fault_of_a_note_opens_its_field(api_client: ApiClient, rules: dict[str, FormRules]) -> None:
    path = f"/obligations/{await api_client.obligation_id()}"
    page = await browse(api_client, path)
    assert page.text.count('<details class="cell-note">') == len(rules["B01-XA"].fields)
    data = filled(rules["B01-XA"], page) | {"note.1": "x" * 501, "status.2": "đoán"}
    answer = await press(api_client, path, data)
    assert answer.status_code == 422
    assert 'href="#note.1"' in answer.text and 'href="#status.2"' in answer.text
    assert '<details class="cell-note" open>' in answer.text and "Ghi chú dài 501 ký tự" in answer.text
    assert "Chính thức (final)" in answer.text and inputs(answer).values["status.2"] == "đoán"
    assert answer.text.split("<title>")[1].startswith("Lỗi: Biểu B01-XA năm 2026")
    assert (await press(api_client, path, inputs(answer).values)).status_code == 422, "never taken for final"


async def test_a_form_that_comes_back_through_the_sign_in_is_shown_first(api_client: ApiClient) -> None:
    """With the version it was opened with: what others did meanwhile is told when it is sent."""
    obligation_id = await api_client.obligation_id()
    path = f"/obligations/{obligation_id}"
    await api_client.submit(obligation_id, commune_report())
    opened = inputs(await browse(api_client, path)).values
    typed = opened | {"value.1": "100", "narrative.general": "x < y", "reason": "sửa"}
    again = commune_report() | {"reason": "của người khác"}
    assert (await api_client.submit(obligation_id, again)).status_code == 201
    shown = await press(api_client, path, typed | {"kept-resumed": "1"})
    assert shown.status_code == 200 and "xem lại rồi gửi" in shown.text and "error-summary" not in shown.text
    kept = inputs(shown).values
    assert all(kept[name] == typed[name] for name in ("value.1", "narrative.general", "reason", "version"))
    assert await api_client.count("submission") == 2
    assert (await press(api_client, path, kept)).status_code == 412


async def test_a_form_that_comes_back_to_another_unit_is_not_lost(api_client: ApiClient) -> None:
    path = f"/obligations/{await api_client.obligation_id()}"
    typed = inputs(await browse(api_client, path)).values | {"narrative.general": "đã gõ", "kept-resumed": "1"}
    refused = await press(api_client, path, typed, "reporter", OTHER)
    assert refused.status_code == 403 and "đăng nhập nhầm vai trò hay đơn vị" in refused.text
    carried = inputs(refused).values
    assert carried["narrative.general"].strip() == "đã gõ" and carried["kept-resumed"] == "1"
    assert "Những gì bạn đã nhập, nếu có, còn trên trang này" not in refused.text
    shown = await press(api_client, path, carried)
    assert shown.status_code == 200 and inputs(shown).values["narrative.general"].strip() == "đã gõ"
    forged = await press(api_client, path, typed, Origin="http://elsewhere.test")
    assert forged.status_code == 403 and "đã gõ" not in forged.text
