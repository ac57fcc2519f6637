"""The words of a report and of a decision, over the API and on pages: what is kept, and what is none."""

import unicodedata
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.submissions.tests.api_client import ApiClient
from services.submissions.tests.browser import browse, inputs, press
from shared.access import Role

WORDS = "Đã rà soát số liệu của xã Quảng Trực"
NOTHING = ["\u200b", "\u2060", "\ufeff", "\u00ad", "\u3164", "\u115f", "\u2800", "\ufe0f", " \n\u3000", "\u0301"]
HIDING = {"control_character": "a\x01b", "direction_character": "a\u202eb"}
COORDINATOR: tuple[Role, str] = ("coordinator", "SO_NOI_VU")
Report = dict[str, Any]


def decomposed(report: Report) -> Report:
    return {**report, **{name: _each(report[name]) for name in ("narrative", "evidence", "reason", "observations")}}


def _each(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFD", value)
    if isinstance(value, list):
        return [_each(one) for one in value]
    return {key: _each(one) for key, one in value.items()} if isinstance(value, dict) else value


def worded(report: Report, words: str = WORDS) -> Report:
    noted = [{**one, "note": words} for one in report["observations"]]
    return {**report, "observations": noted, "narrative": {"general": words}, "evidence": [words], "reason": words}


async def test_composed_and_decomposed_are_one_text(api_client: ApiClient, report: Report) -> None:
    obligation_id = await api_client.obligation_id()
    answers = [await api_client.submit(obligation_id, body) for body in (worded(report), decomposed(worded(report)))]
    composed, decomposed_one = [answer.json() for answer in answers]
    assert composed["content_sha256"] == decomposed_one["content_sha256"]
    kept = (await api_client.get(f"/api/v1/submissions/{decomposed_one['id']}")).json()
    told = [kept["narrative"]["general"], *kept["evidence"], kept["reason"], *(o["note"] for o in kept["observations"])]
    assert set(told) == {WORDS}


@pytest.mark.parametrize("nothing", NOTHING)
async def test_what_shows_nothing_is_no_text(api_client: ApiClient, report: Report, nothing: str) -> None:
    obligation_id = await api_client.obligation_id()
    first = (await api_client.submit(obligation_id, worded(report, nothing))).json()
    kept = (await api_client.get(f"/api/v1/submissions/{first['id']}")).json()
    assert (kept["narrative"], kept["evidence"], kept["reason"]) == ({}, [], None)
    correction = await api_client.submit(obligation_id, {**report, "reason": nothing})
    returned = await api_client.decide(first["id"], "return", nothing)
    withdrawn = await api_client.withdraw(first["id"], nothing)
    path = f"/submissions/{first['id']}"
    seen = inputs(await browse(api_client, path, *COORDINATOR)).values
    page = await press(api_client, f"{path}/decision", seen | {"decision": "return", "reason": nothing}, *COORDINATOR)
    assert [one.status_code for one in (correction, returned, withdrawn, page)] == [422] * 4
    assert {one.json()["errors"][0]["pointer"] for one in (correction, returned, withdrawn)} == {"/reason"}


@pytest.mark.parametrize("code", HIDING)
async def test_what_hides_something_is_refused_where_it_stands(
    api_client: ApiClient, report: Report, code: str
) -> None:
    obligation_id = await api_client.obligation_id()
    answer = await api_client.submit(obligation_id, worded(report, f"dòng một\n{HIDING[code]}"))
    faults = {fault["pointer"]: fault for fault in answer.json()["errors"]}
    assert answer.status_code == 422
    assert {"/narrative/general", "/evidence/0", "/reason", "/observations/0/note"} <= set(faults)
    assert {fault["code"] for fault in faults.values()} == {code} and "2:2 (U+" in faults["/reason"]["message"]
    sent = (await api_client.submit(obligation_id, report)).json()
    refused = await api_client.decide(sent["id"], "return", HIDING[code])
    assert [fault["code"] for fault in refused.json()["errors"]] == [code]


async def test_words_on_a_page_keep_the_sentence_around_them(api_client: ApiClient, report: Report) -> None:
    sent = (await api_client.submit(await api_client.obligation_id(), report)).json()
    await api_client.decide(sent["id"], "return", "שלום <b>")
    assert "<bdi>שלום &lt;b&gt;</bdi>" in (await browse(api_client, "/obligations")).text


@given(reason=st.text(max_size=40), decision=st.sampled_from(["accept", "return"]))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_reason_is_answered(api_client: ApiClient, report: Report, reason: str, decision: str) -> None:
    obligation_id = await api_client.obligation_id()
    sent = await api_client.submit(obligation_id, {**report, "reason": "x"})
    answers = [
        await api_client.submit(obligation_id, {**report, "reason": reason, "narrative": {"general": reason}}),
        await api_client.decide(sent.json()["id"], decision, reason),
    ]
    assert sent.status_code == 201
    assert all(answer.status_code in (200, 201, 409, 422) for answer in answers)
