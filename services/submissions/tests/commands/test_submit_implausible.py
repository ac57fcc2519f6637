"""The slip of issue 8: 120,000,000 boys beside 20 girls and 98,000,000 people, after a year with 100, 89 and 11,918."""

from typing import Any

from services.submissions.tests.api_client import COMMUNE, OTHER, ApiClient
from services.submissions.tests.browser import browse, inputs, press
from services.submissions.tests.reports import commune_report
from shared.catalogue import Period
from shared.events import SubmissionReceived

LAST_YEAR = commune_report(n_live_births_male="100", n_live_births_female="89", population="11918")
SLIP = commune_report(n_live_births_male="120000000", n_live_births_female="20", population="98000000")
NOTED = {
    "observations": [o | {"note": "Số của cả nước, đang chờ xác minh"} for o in SLIP["observations"]],
    "reason": "thử",
}


async def last_year(api_client: ApiClient, unit: str = COMMUNE) -> str:
    obligation_id = await api_client.obligation_id(period="2025", unit=unit)
    answer = await api_client.submit(obligation_id, LAST_YEAR, unit)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_the_slip_is_asked_about_and_leaves_nothing(api_client: ApiClient) -> None:
    await last_year(api_client)
    obligation_id = await api_client.obligation_id()
    answer = await api_client.submit(obligation_id, SLIP)
    assert answer.status_code == 422
    measures = [o["measure"] for o in SLIP["observations"]]
    boys, people = (f"/observations/{measures.index(m)}/note" for m in ("n_live_births_male", "population"))
    errors = {e["pointer"]: e for e in answer.json()["errors"]}
    assert errors.keys() == {boys, people}
    assert {e["code"] for e in errors.values()} == {"implausible_needs_note"}
    assert "98.000.000, vẫn đúng? Năm trước (2025) là 11.918" in errors[people]["message"]
    english = await api_client.submit(obligation_id, SLIP, headers={"Accept-Language": "en"})
    assert "120,000,000. Is that right? Last year (2025) it was 100" in english.json()["errors"][0]["message"]
    assert await api_client.count("submission") == 1
    assert len(await api_client.events(obligation_id)) == 1, "the opening alone"


async def test_with_notes_it_is_kept_and_the_mark_travels(api_client: ApiClient) -> None:
    await last_year(api_client)
    obligation_id = await api_client.obligation_id()
    answer = await api_client.submit(obligation_id, NOTED)
    assert answer.status_code == 201, answer.text
    receipt = answer.json()
    assert [w["code"] for w in receipt["warnings"]][:2] == ["implausible_with_note", "implausible_with_note"]
    kept = (await api_client.get(f"/api/v1/submissions/{receipt['id']}")).json()
    marked = {o["measure"] for o in kept["observations"] if o.get("implausible")}
    assert marked == {"n_live_births_male", "population"}
    event = (await api_client.events(obligation_id))[-1].data
    assert isinstance(event, SubmissionReceived)
    assert {o.measure for o in event.observations if o.implausible} == marked
    assert "chờ xác minh" not in event.model_dump_json()
    for role, unit in (("reporter", COMMUNE), ("coordinator", "SO_NOI_VU")):
        page = (await browse(api_client, f"/submissions/{receipt['id']}", role, unit)).text  # type: ignore[arg-type]
        assert page.count('badge-warning">Cần kiểm tra') == (2 if role == "reporter" else 3)
        assert "Số của cả nước, đang chờ xác minh" in page
    assert "2 số liệu khác thường" in page, "beside the decision"
    assert (await api_client.decide(receipt["id"], "accept")).status_code == 200
    accepted = (await browse(api_client, f"/submissions/{receipt['id']}")).text
    assert accepted.count("Khác thường, đã chấp nhận") == 2 and ">Cần kiểm tra<" not in accepted


async def test_a_figure_that_nobody_has_accepted_is_no_yardstick(api_client: ApiClient) -> None:
    marked = commune_report(n_live_births_male="500", n_live_births_female="100")
    marked["observations"] = [o | {"note": "thật"} for o in marked["observations"]]
    last = await api_client.submit(await api_client.obligation_id(period="2025"), marked)
    assert [w["code"] for w in last.json()["warnings"]] == ["implausible_with_note", "late"]
    obligation_id = await api_client.obligation_id()
    report = commune_report() | {"reason": "x"}

    async def warned() -> list[str]:
        return [w["code"] for w in (await api_client.submit(obligation_id, report)).json()["warnings"]]

    assert await warned() == [], "500 boys are in doubt: 61 are compared with nothing"
    assert (await api_client.decide(last.json()["id"], "accept")).status_code == 200
    assert await warned() == ["implausible_marked"], "500 boys are a fact: 61 are few"
    assert (await api_client.decide(last.json()["id"], "return", "Sai")).status_code == 200
    assert await warned() == [], "what was returned is no yardstick"


async def test_like_units_stand_in_for_a_first_report(api_client: ApiClient) -> None:
    units = [o.unit for o in api_client.catalogue.forms_owed(Period.parse("2026")) if o.form == "B01-XA"]
    others = [unit for unit in units if unit not in (COMMUNE, OTHER)][:8]
    for number, unit in enumerate(others):
        obligation_id = await api_client.obligation_id(unit=unit)
        body = commune_report(population=str(8000 + number))
        assert (await api_client.submit(obligation_id, body, unit)).status_code == 201
    slip = commune_report(population="98000000")
    answer = await api_client.submit(await api_client.obligation_id(), slip)
    assert [e["code"] for e in answer.json()["errors"]] == ["implausible_needs_note"]
    assert "Một nửa trong 8 đơn vị cùng cấp đã báo cáo có không quá 8.003" in answer.json()["errors"][0]["message"]
    assert (await api_client.submit(await api_client.obligation_id(), commune_report())).status_code == 201


async def test_the_form_page_tells_the_cell(api_client: ApiClient) -> None:
    await last_year(api_client)
    obligation_id = await api_client.obligation_id()
    form = inputs(await browse(api_client, f"/obligations/{obligation_id}")).values
    fields = (await api_client.get(f"/api/v1/obligations/{obligation_id}")).json()["fields"]
    said: dict[str, Any] = {o["measure"]: o["value"] for o in SLIP["observations"]}
    typed = {f"value.{n}": said[f["measure"]] for n, f in enumerate(fields) if f["required"]}
    answer = await press(api_client, f"/obligations/{obligation_id}", form | typed)
    assert answer.status_code == 422
    assert "vẫn đúng? Năm trước (2025) là 11.918" in answer.text and 'value="98000000"' in answer.text
