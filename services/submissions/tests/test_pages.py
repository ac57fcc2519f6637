"""The pages as a browser without JavaScript uses them: what is owed, the form, the receipt, review."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from services.submissions.tests.conftest import COMMUNE, ApiClient, commune_report
from shared.auth import Role
from shared.text.messages import load, used_in_templates
from submissions.rules.form import FormRules

ORIGIN = {"Origin": "http://submissions.test", "Accept": "text/html"}


class Inputs(HTMLParser):
    """What a browser would send of the page's forms: name → value, for inputs, selects and text areas."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._select = ""
        self._area = ""
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if "id" in told:
            self.ids.append(told["id"])
        if tag == "input":
            self.values[told["name"]] = told.get("value", "")
        elif tag == "select":
            self._select = told["name"]
        elif tag == "textarea":
            self._area = told["name"]
            self.values[self._area] = ""
        elif tag == "option" and ("selected" in told or self._select not in self.values):
            self.values[self._select] = told.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] += data


def inputs(answer: httpx.Response) -> Inputs:
    parser = Inputs()
    parser.feed(answer.text)
    assert len(parser.ids) == len(set(parser.ids)), "an id stands twice"
    return parser


async def browse(
    api_client: ApiClient, path: str, role: Role = "reporter", unit: str = COMMUNE, **options: Any
) -> httpx.Response:
    cookie = {"Cookie": f"tiendo_token={api_client.issuer.token(role, unit)}"}
    headers = {**ORIGIN, **cookie, **options.pop("headers", {})}
    return await api_client.client.get(path, headers=headers, **options)


async def press(
    api_client: ApiClient, path: str, data: dict[str, str], role: Role = "reporter", unit: str = COMMUNE, **headers: str
) -> httpx.Response:
    cookie = {"Cookie": f"tiendo_token={api_client.issuer.token(role, unit)}"}
    return await api_client.client.post(path, data=data, headers={**ORIGIN, **cookie, **headers})


def filled(rules: FormRules, page: httpx.Response, **changed: str) -> dict[str, str]:
    values = inputs(page).values
    right = {o["measure"]: o["value"] for o in commune_report()["observations"]} | changed
    for index, field in enumerate(rules.fields):
        if not field.key:
            values[f"value.{index}"] = right[field.element.id]
    return values


async def test_a_unit_sees_what_it_owes(api_client: ApiClient) -> None:
    assert (await browse(api_client, "/tasks")).headers["location"] == "/obligations"
    empty = await browse(api_client, "/obligations")
    assert empty.status_code == 200 and "Không có biểu nào cần gửi" in empty.text
    await api_client.open("2025")
    await api_client.open("2026")
    answer = await browse(api_client, "/obligations")
    assert answer.status_code == 200
    assert answer.text.index("14/12/2025") < answer.text.index("14/12/2026"), "overdue first"
    assert "Quá hạn" in answer.text and "quá hạn 345 ngày" in answer.text
    assert "còn 20 ngày (14 ngày làm việc)" in answer.text
    english = await browse(api_client, "/obligations", headers={"Accept-Language": "en"})
    assert "2 forms to send" in english.text and "Overdue" in english.text


async def test_the_coordinator_sees_who_is_missing(api_client: ApiClient, report: dict[str, Any]) -> None:
    obligation_id = await api_client.obligation_id()
    await api_client.submit(obligation_id, report)
    answer = await browse(api_client, "/obligations", "coordinator", "SO_NOI_VU")
    assert answer.status_code == 200
    assert "1 trong 28 đã gửi" in answer.text
    missing = await browse(api_client, "/obligations?period=2026&form=B01-XA&state=pending", "coordinator", "SO_NOI_VU")
    assert missing.text.count('href="/obligations/0') == 27
    inputs(missing)


async def test_the_coordinator_starts_with_the_year_that_is_worked_on(
    api_client: ApiClient, report: dict[str, Any]
) -> None:
    async def chosen() -> str:
        page = await browse(api_client, "/obligations", "coordinator", "SO_NOI_VU")
        found = re.search(r'<option value="([^"]*)" selected', page.text)
        return found[1] if found else ""

    await api_client.open("2026-Q4")
    assert await chosen() == "2026-Q4"
    await api_client.open("2026")
    await api_client.open("2028")
    assert await chosen() == "2026", "2028 has not begun"
    api_client.clock.at = datetime(2026, 12, 20, tzinfo=UTC)
    assert await chosen() == "2026", "the year, not the quarter that sorts after it"
    await api_client.open("2027")
    assert await chosen() == "2026", "some of it is missing"
    await api_client.submit(await api_client.obligation_id(period="2027"), report)
    assert await chosen() == "2027", "the new year has begun"
    async with api_client.engine.begin() as tx:
        await tx.execute(sa.text("update obligation set revision = 0 where period = '2027'"))
        await tx.execute(sa.text("update obligation set state = 'accepted' where period = '2026'"))
    assert await chosen() == "2027", "nothing of the old year is missing"


async def test_who_sees_the_buttons_of_the_coordinator(api_client: ApiClient, report: dict[str, Any]) -> None:
    told = (await api_client.submit(await api_client.obligation_id(), report)).json()
    for unit, seen in (("SO_NOI_VU", True), ("DAK_NONG", True), ("SO_Y_TE", False)):
        assert ("Mở kỳ" in (await browse(api_client, "/obligations", "coordinator", unit)).text) is seen
        receipt = await browse(api_client, f"/submissions/{told['id']}", "coordinator", unit)
        assert ('name="decision"' in receipt.text) is seen


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
    found = inputs(answer)
    assert {name: found.values[name] for name in data if name != "attempt"} == {
        name: value for name, value in (data | {"narrative.general": "<b>x</b>"}).items() if name != "attempt"
    }
    assert "Có 3 chỗ cần sửa" in answer.text
    for target in re.findall(r'<li><a href="#([^"]+)"', answer.text.split("error-summary")[1].split("</div>")[0]):
        assert target in found.ids
    assert answer.text.count('aria-invalid="true"') == 3
    assert await api_client.count("submission") == 0


async def test_numbers_are_read_as_the_page_showed_them(api_client: ApiClient, rules: dict[str, FormRules]) -> None:
    obligation_id = await api_client.obligation_id()
    form = await browse(api_client, f"/obligations/{obligation_id}", headers={"Accept-Language": "en"})
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


async def test_review_and_correction_on_pages(api_client: ApiClient, rules: dict[str, FormRules]) -> None:
    obligation_id = await api_client.obligation_id()
    told = (await api_client.submit(obligation_id, commune_report())).json()
    path = f"/submissions/{told['id']}"
    assert "Rút báo cáo" in (await browse(api_client, path)).text
    coordinator = ("coordinator", "SO_NOI_VU")
    assert "Chấp nhận" in (await browse(api_client, path, *coordinator)).text  # type: ignore[arg-type]
    silent = await press(api_client, f"{path}/decision", {"decision": "return", "reason": ""}, *coordinator)  # type: ignore[arg-type]
    assert silent.status_code == 422 and "Hãy ghi lý do" in silent.text
    inputs(silent)
    done = await press(api_client, f"{path}/decision", {"decision": "return", "reason": "Sai dân số"}, *coordinator)  # type: ignore[arg-type]
    assert done.status_code == 303
    assert "Trả lại vì: Sai dân số" in (await browse(api_client, "/obligations")).text
    form = await browse(api_client, f"/obligations/{obligation_id}")
    data = inputs(form).values
    assert "Sai dân số" in form.text
    assert data[f"value.{[f.element.id for f in rules['B01-XA'].fields].index('n_orgs_total')}"] == "12", "prefilled"
    unexplained = await press(api_client, f"/obligations/{obligation_id}", data)
    assert unexplained.status_code == 422 and "lý do đính chính" in unexplained.text
    sent = await press(api_client, f"/obligations/{obligation_id}", data | {"reason": "Đã sửa"})
    receipt = await browse(api_client, sent.headers["location"])
    assert "Bản 2" in receipt.text and "Đính chính: Đã sửa" in receipt.text
    withdrawn = await press(api_client, f"{sent.headers['location']}/withdrawal", {"reason": "Nhầm"})
    assert withdrawn.status_code == 303
    assert "Đã rút" in (await browse(api_client, sent.headers["location"])).text
    too_late = await press(api_client, f"{path}/decision", {"decision": "accept"}, *coordinator)  # type: ignore[arg-type]
    assert too_late.status_code == 409 and "bản mới hơn" in too_late.text


@pytest.mark.parametrize("form", ["B04-CQ", "B06-KT", "B07-BLG", "B11-GD", "B13-TT"])
async def test_every_kind_of_form_is_drawn(api_client: ApiClient, form: str) -> None:
    await api_client.open("2026")
    item = (await api_client.get("/api/v1/obligations", params={"form": form})).json()["items"][0]
    for language in ("vi", "en"):
        answer = await browse(
            api_client, f"/obligations/{item['id']}", "head", item["unit"], headers={"Accept-Language": language}
        )
        assert answer.status_code == 200
        inputs(answer)
    looked_at = await browse(api_client, f"/obligations/{item['id']}", "leader", "DAK_NONG")
    assert looked_at.status_code == 200 and '<form method="post" action="/obligations' not in looked_at.text


async def test_pages_are_guarded(api_client: ApiClient, report: dict[str, Any]) -> None:
    obligation_id = await api_client.obligation_id()
    assert (await api_client.client.get("/obligations", headers={"Accept": "text/html"})).status_code == 401
    assert (await browse(api_client, f"/obligations/{obligation_id}", "reporter", "SO_Y_TE")).status_code == 403
    forged = await press(api_client, f"/obligations/{obligation_id}", {}, Origin="http://elsewhere.test")
    assert forged.status_code == 403
    assert (await press(api_client, f"/obligations/{obligation_id}", {}, "coordinator", "SO_NOI_VU")).status_code == 403
    opened = await press(api_client, "/obligations/opening", {"period": "2026-Q2"}, "ops", "DAK_NONG")
    assert opened.status_code == 303


async def test_illustrative_reports_carry_the_ribbon(api_client: ApiClient, report: dict[str, Any]) -> None:
    obligation_id = await api_client.obligation_id()
    told = (await api_client.submit(obligation_id, report, headers={"X-Tiendo-Illustrative": "true"})).json()
    for path in (f"/obligations/{obligation_id}", f"/submissions/{told['id']}"):
        assert "Dữ liệu minh họa" in (await browse(api_client, path)).text


def test_every_message_that_a_template_names_is_there() -> None:
    known = load("shared.web", "submissions").keys()
    assert {key: where for key, where in used_in_templates("submissions.pages").items() if key not in known} == {}
