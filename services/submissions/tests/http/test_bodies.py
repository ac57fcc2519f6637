"""The body of a report is read part by part."""

from typing import Any

from services.submissions.tests.api_client import ApiClient
from services.submissions.tests.reports import commune_report


async def test_a_body_of_the_wrong_shape_is_refused(api_client: ApiClient) -> None:
    obligation_id = await api_client.obligation_id()
    body = commune_report(population=True, n_live_births_male="-1")
    body["observations"][0] |= {"status": "done", "colour": "red"}
    body |= {"extra": 1, "narrative": {"results": 7}, "evidence": "12/BC", "reason": 3}
    errors = (await api_client.submit(obligation_id, body)).json()["errors"]
    assert {(e["code"], e["pointer"]) for e in errors} == {
        ("value_type", "/observations/6/value"), ("negative", "/observations/1/value"),
        ("unknown_status", "/observations/0/status"), ("unknown_key", "/observations/0/colour"),
        ("unknown_key", "/extra"), ("text_expected", "/narrative/results"), ("evidence_expected", "/evidence"),
        ("text_expected", "/reason"),
    }  # fmt: skip
    wrong: list[dict[str, Any]] = [{}, {"observations": 3, "narrative": []}, {"observations": [3, None, []]}]
    for raw in wrong:
        assert (await api_client.submit(obligation_id, raw)).status_code == 422
    assert await api_client.count("submission") == 0
