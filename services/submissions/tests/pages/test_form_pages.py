"""The form as a browser without JavaScript fills it in."""

import re

import pytest

from services.submissions.tests.api_client import ApiClient
from services.submissions.tests.browser import browse, filled, inputs, press
from services.submissions.tests.reports import commune_report
from submissions.rules.form import FormRules


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
