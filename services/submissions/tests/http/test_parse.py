"""Whatever is sent, the answer is a receipt or names the faults; nothing breaks and nothing is left behind."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from services.submissions.tests.api_client import COMMUNE, ApiClient

TEXT = st.text(max_size=60) | st.sampled_from(
    ["population", "n_live_births_male", "4.1", "sex", "male", "1" * 4000, "\0"]
)


VALUE = st.none() | st.booleans() | st.integers() | st.floats() | TEXT


ENTRY = st.fixed_dictionaries(
    {"measure": TEXT},
    optional={
        "value": VALUE,
        "disaggregation": st.dictionaries(TEXT, TEXT, max_size=9),
        "status": st.sampled_from(["final", "estimate", "missing", "not_applicable", "x"]),
        "note": st.none() | TEXT,
    },
)


BODY = st.fixed_dictionaries(
    {"observations": st.lists(ENTRY, max_size=6)},
    optional={"narrative": st.dictionaries(TEXT, TEXT, max_size=3), "evidence": st.lists(TEXT), "reason": TEXT},
)


@given(body=BODY)
@example(body={"observations": [{"measure": "", "value": 10**25}]})
@example(body={"observations": [{"measure": "", "value": 10**39}]})
@example(body={"observations": [{"measure": "", "value": -(10**60)}]})
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_body_is_answered(api_client: ApiClient, body: dict[str, Any]) -> None:
    obligation_id = await api_client.obligation_id()
    answer = await post_raw(api_client, obligation_id, json.dumps(body).encode())
    assert answer.status_code == 422
    assert answer.json()["errors"]
    assert await api_client.count("submission") == 0


@pytest.mark.parametrize(
    "raw",
    [
        b'{"observations":[{"measure":"\\ud800","value":"1"}]}',
        b'{"observations":[],"narrative":{"\\ud800":"\\ud800"}}',
        b'{"observations":[{"measure":"population","value":NaN}]}',
        b'{"observations":[{"measure":"population","value":' + b"9" * 5000 + b"}]}",
        b'{"observations":{}}',
        b'{"observations":[{"measure":{},"value":[],"status":{},"note":[],"disaggregation":{"\\ud800":{}},"\\ud800":1}]}',
        b'{"observations":[{"measure":"population","disaggregation":{"sex":"\\ud800"},"status":"\\ud800","value":"%\\ud800"}]}',
        b'{"observations":[[],null,1],"evidence":[1,"' + b"x" * 501 + b'"],"\\ud800":[],"reason":{}}',
        b'{"observations":[{"measure":"population",' + b",".join(b'"k%d":1' % n for n in range(5000)) + b"}]}",
        b"[",
        b"\xff",
        b"",
    ],
)
async def test_broken_json_is_answered(api_client: ApiClient, raw: bytes) -> None:
    answer = await post_raw(api_client, await api_client.obligation_id(), raw)
    assert answer.status_code in (400, 413, 422), answer.text


async def post_raw(api_client: ApiClient, obligation_id: str, raw: bytes) -> Any:
    headers = {"Content-Type": "application/json"}
    return await api_client.send(
        "POST", f"/api/v1/obligations/{obligation_id}/submissions", "reporter", COMMUNE, content=raw, headers=headers
    )
