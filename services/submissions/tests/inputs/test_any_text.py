"""No text in any field of a page that changes something gives a 500, and what is refused is a page that keeps it."""

from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markupsafe import escape

from services.submissions.tests.api_client import COMMUNE, ApiClient
from services.submissions.tests.browser import browse, inputs, press
from services.submissions.tests.reports import commune_report
from submissions.pages.typed_form import as_shown
from submissions.rules.form import FormRules

TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(st.characters(codec="utf-8"), max_size=60),
    st.sampled_from([
        "\0", "\r\n", "\n\nx", "٣", "1" * 39, "-0", "1e5", "NaN", "Infinity", "½", "52%", "1.000,5", "12,000",
        "<script>", "{{ 7*7 }}", "%s{0}", "a\x01b",
        "x" * 2001, "x" * 20_001, "missing", "not_applicable", "1\t2",
        "\u202e1", "\u200b",
    ]),
)  # fmt: skip
QUIET = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
COORDINATOR: Any = ("coordinator", "SO_NOI_VU")
FIELDS = (
    "value",
    "status",
    "note",
    "narrative.general",
    "narrative.",
    "evidence",
    "reason",
    "attempt",
    "version",
    "numbers",
)


def is_kept(answer: httpx.Response, text: str) -> bool:
    """Line ends aside."""
    return str(escape(as_shown(text)))[:200] in as_shown(answer.text)


@QUIET
@given(data=st.data())
async def test_of_the_form(api_client: ApiClient, commune: FormRules, data: st.DataObject) -> None:
    obligation_id = await api_client.obligation_id()
    form = inputs(await browse(api_client, f"/obligations/{obligation_id}")).values
    for kind in data.draw(st.lists(st.sampled_from(FIELDS), min_size=1, max_size=4)):
        name = (
            f"{kind}.{data.draw(st.integers(0, len(commune.fields) - 1))}"
            if kind in ("value", "status", "note")
            else kind
        )
        form[name + (data.draw(TEXTS) if name == "narrative." else "")] = data.draw(TEXTS)
    answer = await press(api_client, f"/obligations/{obligation_id}", form)
    assert answer.status_code in (303, 412, 422), (answer.status_code, form)
    if answer.status_code != 303:
        for name, text in form.items():
            if name.startswith(("value.", "narrative.", "note.")) or name in ("evidence", "reason"):
                assert is_kept(answer, text), (name, text)


@QUIET
@given(data=st.data(), path=st.sampled_from(["decision", "withdrawal"]))
async def test_of_a_decision(api_client: ApiClient, data: st.DataObject, path: str) -> None:
    obligation_id = await api_client.obligation_id()
    receipt = (await api_client.submit(obligation_id, commune_report() | {"reason": "x"})).json()
    person: Any = COORDINATOR if path == "decision" else ("reporter", COMMUNE)
    form = inputs(await browse(api_client, f"/submissions/{receipt['id']}", *person)).values | {"decision": "return"}
    for name in data.draw(
        st.lists(st.sampled_from(["decision", "reason", "attempt", "version"]), min_size=1, max_size=3)
    ):
        form[name] = data.draw(TEXTS)
    answer = await press(api_client, f"/submissions/{receipt['id']}/{path}", form, *person)
    assert answer.status_code in (303, 412, 422), (answer.status_code, form)
    if answer.status_code != 303:
        assert is_kept(answer, form["reason"]), form


@QUIET
@given(period=TEXTS, attempt=TEXTS)
async def test_of_opening_a_period(api_client: ApiClient, period: str, attempt: str) -> None:
    answer = await press(api_client, "/obligations/opening", {"period": period, "attempt": attempt}, *COORDINATOR)
    assert answer.status_code == 422, (answer.status_code, period)
    assert is_kept(answer, period.strip()) and 'id="opening-error"' in answer.text


async def test_of_opening_twice(api_client: ApiClient) -> None:
    page = inputs(await browse(api_client, "/obligations", *COORDINATOR)).values | {"period": " 2026 "}
    answers = [await press(api_client, "/obligations/opening", page, *COORDINATOR) for _ in range(2)]
    assert [(one.status_code, one.headers["location"]) for one in answers] == [(303, "/obligations?period=2026")] * 2
