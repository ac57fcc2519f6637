"""Personal data is warned about before it is kept, over the API and on pages; what is kept says it was confirmed."""

from typing import Any

import pytest

from services.submissions.tests.api_client import COMMUNE, ApiClient
from services.submissions.tests.browser import browse, inputs, press, words_of
from services.submissions.tests.reports import commune_report
from submissions.rules.form import FormRules

Report = dict[str, Any]
PHONE = "Bà H., 0912 345 678"
CONFIRMED = {"confirmed": ["personal_data"]}
COORDINATOR = ("coordinator", "SO_NOI_VU")


@pytest.fixture
def personal(report: Report) -> Report:
    report["observations"][0]["note"] = PHONE
    return {**report, "narrative": {"results": PHONE}, "evidence": ["12/BC-UBND", PHONE], "reason": PHONE}


async def test_a_report_is_warned_of_and_then_confirmed(api_client: ApiClient, personal: Report) -> None:
    obligation_id = await api_client.obligation_id()
    refused = await api_client.submit(obligation_id, personal)
    assert refused.status_code == 422
    assert [(e["code"], e["pointer"]) for e in refused.json()["errors"]] == [
        ("personal_data", "/observations/0/note"),
        ("personal_data", "/narrative/results"),
        ("personal_data", "/evidence/1"),
        ("personal_data", "/reason"),
    ]
    assert await api_client.count("submission") == 0
    taken = await api_client.submit(obligation_id, personal | CONFIRMED)
    assert taken.status_code == 201, taken.text
    warned = [w for w in taken.json()["warnings"] if w["code"] == "personal_data_confirmed"]
    assert [w["pointer"] for w in warned] == [e["pointer"] for e in refused.json()["errors"]]
    assert all("đã xác nhận" in w["message"] and "0912" not in w["message"] for w in warned)
    kept = (await api_client.get(f"/api/v1/submissions/{taken.json()['id']}")).json()
    assert [w["code"] for w in kept["warnings"] if "0912" in str(w)] == []
    assert not any(PHONE.encode() in e.to_bytes() or b"personal" in e.to_bytes() for e in await api_client.events())


async def test_all_other_faults_are_told_beside_it(api_client: ApiClient, personal: Report) -> None:
    obligation_id = await api_client.obligation_id()
    personal["observations"][1]["value"] = "-1"
    codes = {e["code"] for e in (await api_client.submit(obligation_id, personal)).json()["errors"]}
    assert codes == {"negative", "personal_data"}
    codes = {e["code"] for e in (await api_client.submit(obligation_id, personal | CONFIRMED)).json()["errors"]}
    assert codes == {"negative"}


@pytest.mark.parametrize(
    ("confirmed", "fault"),
    [
        ("personal_data", ("confirmed_expected", "/confirmed")),
        (None, ("confirmed_expected", "/confirmed")),
        (["personal_data", "all"], ("unknown_confirmation", "/confirmed/1")),
        ([["personal_data"]], ("unknown_confirmation", "/confirmed/0")),
        (["personal_data"] * 8 + ["all"], ("unknown_confirmation", "/confirmed/8")),
    ],
)
async def test_what_cannot_be_confirmed_is_named(
    api_client: ApiClient, report: Report, confirmed: object, fault: tuple[str, str]
) -> None:
    answer = await api_client.submit(await api_client.obligation_id(), report | {"confirmed": confirmed})
    assert answer.status_code == 422
    assert [(e["code"], e["pointer"]) for e in answer.json()["errors"]] == [fault]


@pytest.mark.parametrize("confirmed", ["personal_data", None, ["all"], ["personal_data"] * 8 + [1]])
async def test_a_decision_confirms_by_the_same_rule(api_client: ApiClient, report: Report, confirmed: object) -> None:
    submission = (await api_client.submit(await api_client.obligation_id(), report)).json()["id"]
    path, body = f"/api/v1/submissions/{submission}/decision", {"decision": "return", "reason": PHONE}
    refused = await api_client.post(path, body | {"confirmed": confirmed}, *COORDINATOR)  # type: ignore[arg-type]
    [fault] = refused.json()["errors"]
    assert (refused.status_code, fault["code"], fault["pointer"]) == (422, "unknown-confirmation", "/confirmed")
    assert "personal_data" in fault["message"]
    often = body | {"confirmed": ["personal_data"] * 9}
    assert (await api_client.post(path, often, *COORDINATOR)).status_code == 200  # type: ignore[arg-type]


async def test_a_confirmation_of_nothing_changes_nothing(api_client: ApiClient, report: Report) -> None:
    taken = await api_client.submit(await api_client.obligation_id(), report | CONFIRMED)
    assert taken.status_code == 201
    assert "personal_data_confirmed" not in {w["code"] for w in taken.json()["warnings"]}


@pytest.mark.parametrize("act", ["accept", "return", "withdraw"])
async def test_a_decision_is_warned_of_and_then_confirmed(api_client: ApiClient, report: Report, act: str) -> None:
    obligation_id = await api_client.obligation_id()
    submission = (await api_client.submit(obligation_id, report)).json()["id"]
    path = f"/api/v1/submissions/{submission}/{'withdrawal' if act == 'withdraw' else 'decision'}"
    who = ("head", COMMUNE) if act == "withdraw" else COORDINATOR
    body = {"reason": PHONE} | ({} if act == "withdraw" else {"decision": act})
    refused = await api_client.post(path, body, *who)  # type: ignore[arg-type]
    assert refused.status_code == 422
    assert [(e["code"], e["pointer"]) for e in refused.json()["errors"]] == [("personal_data", "/reason")]
    assert (await api_client.post(path, body | {"confirmed": ["all"]}, *who)).status_code == 422  # type: ignore[arg-type]
    decided = await api_client.post(path, body | CONFIRMED, *who)  # type: ignore[arg-type]
    assert decided.status_code == 200, decided.text
    [review] = (await api_client.get(f"/api/v1/submissions/{submission}")).json()["reviews"]
    assert (review["reason"], review["confirmed"]) == (PHONE, ["personal_data"])
    assert not any(PHONE.encode() in e.to_bytes() for e in await api_client.events())
    assert "đã xác nhận" in words_of(await browse(api_client, f"/submissions/{submission}"))


async def test_the_form_asks_and_keeps_what_was_typed(api_client: ApiClient, rules: dict[str, FormRules]) -> None:
    obligation_id = await api_client.obligation_id()
    path = f"/obligations/{obligation_id}"
    empty = await browse(api_client, path)
    assert 'name="confirmed"' not in empty.text
    right = {o["measure"]: o["value"] for o in commune_report()["observations"]}
    form = rules["B01-XA"]
    data = inputs(empty).values | {f"value.{n}": right[f.element.id] for n, f in enumerate(form.fields) if not f.key}
    part = next(name for name in data if name.startswith("narrative."))
    asked = await press(api_client, path, data | {part: PHONE})
    assert asked.status_code == 422 and "“0912 345 678” giống số điện thoại" in asked.text
    assert 'name="confirmed"' in asked.text and "checked" not in asked.text and f">{PHONE}</textarea>" in asked.text
    kept = inputs(asked).values
    del kept["confirmed"]
    again = await press(api_client, path, kept)
    assert again.status_code == 422, "nothing was ticked"
    both = await press(api_client, path, kept | {"confirmed": "personal_data", "value.1": "-1"})
    assert both.status_code == 422 and 'value="personal_data" checked' in both.text, "the tick is kept, too"
    english = await press(api_client, path, kept, lang="en")
    assert "looks like a telephone number" in english.text and "nobody's personal data" in words_of(english)
    sent = await press(api_client, path, kept | {"confirmed": "personal_data"})
    assert sent.status_code == 303
    assert "đã xác nhận là đã xem lại" in (await browse(api_client, sent.headers["location"])).text


async def test_the_pages_of_decisions_ask_too(api_client: ApiClient, report: Report) -> None:
    obligation_id = await api_client.obligation_id()
    submission = (await api_client.submit(obligation_id, report)).json()["id"]
    path = f"/submissions/{submission}"
    for address, data, who in (
        (f"{path}/decision", {"decision": "return", "reason": PHONE}, COORDINATOR),
        (f"{path}/withdrawal", {"reason": PHONE}, ("reporter", COMMUNE)),
    ):
        opened = await browse(api_client, path, *who)  # type: ignore[arg-type]
        assert 'name="confirmed"' not in opened.text
        sent = inputs(opened).values | data
        asked = await press(api_client, address, sent, *who)  # type: ignore[arg-type]
        assert asked.status_code == 422 and 'name="confirmed"' in asked.text
        assert f">{PHONE}</textarea>" in asked.text
    data = inputs(await browse(api_client, path, *COORDINATOR)).values  # type: ignore[arg-type]
    data |= {"decision": "return", "reason": PHONE, "confirmed": "personal_data"}
    done = await press(api_client, f"{path}/decision", data, *COORDINATOR)  # type: ignore[arg-type]
    assert done.status_code == 303
