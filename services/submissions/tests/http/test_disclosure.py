"""The seventh leak, in reports: a leader and ops read in `submissions/{id}` what aggregation hides from them."""

from typing import Any

import pytest

from services.submissions.tests.api_client import COMMUNE, ApiClient
from shared.access import Role

SECRET = "n_adolescent_births"
Read = tuple[Role, str]
KNOWING: list[Read] = [("coordinator", "SO_NOI_VU"), ("auditor", "DAK_NONG"), ("reporter", COMMUNE), ("head", COMMUNE)]


async def sent(api_client: ApiClient, report: dict[str, Any]) -> tuple[str, str]:
    """The ids of the obligation and of the report."""
    obligation = await api_client.obligation_id()
    body = report | {"narrative": {"general": "có 3 ca"}, "evidence": ["12/BC-UBND"]}
    answer = await api_client.submit(obligation, body)
    assert answer.status_code == 201, answer.text
    return obligation, answer.json()["id"]


def value_of(detail: dict[str, Any], element: str) -> str | None:
    value: str | None = next(one["value"] for one in detail["observations"] if one["measure"] == element)
    return value


@pytest.mark.parametrize("role", ["leader", "ops"])
async def test_the_count_is_neither_in_the_report_nor_on_a_page(
    api_client: ApiClient, report: dict[str, Any], role: Role
) -> None:
    """Without the policy: 3, and a hash from which it is found by trying 410 numbers."""
    obligation, id_ = await sent(api_client, report)
    detail = (await api_client.get(f"/api/v1/submissions/{id_}", role, "DAK_NONG")).json()
    assert value_of(detail, SECRET) is None and detail["content_sha256"] is None and detail["withheld"]
    assert value_of(detail, "population") == ("8123" if role == "leader" else None)
    assert (detail["narrative"], detail["evidence"], detail["reason"]) == ({}, [], None), "words may repeat it"
    (item,) = (await api_client.get("/api/v1/submissions", role, "DAK_NONG")).json()["items"]
    assert item["content_sha256"] is None
    for path in (f"/submissions/{id_}", f"/obligations/{obligation}"):
        page = await api_client.get(path, role, "DAK_NONG", headers={"Accept": "text/html"})
        assert page.status_code == 200 and ">3<" not in page.text and 'value="3"' not in page.text, path
        if path.startswith("/submissions"):
            assert ("8.123" in page.text) == (role == "leader") and "Không hiện" in page.text


@pytest.mark.parametrize(("role", "unit"), KNOWING)
async def test_who_needs_to_know_reads_it(api_client: ApiClient, report: dict[str, Any], role: Role, unit: str) -> None:
    _, id_ = await sent(api_client, report)
    detail = (await api_client.get(f"/api/v1/submissions/{id_}", role, unit)).json()
    assert value_of(detail, SECRET) == "3" and len(detail["content_sha256"]) == 64 and not detail["withheld"]


REASON = "Sổ hộ tịch có 4 ca sinh, báo cáo ghi 3 ca"


async def returned(api_client: ApiClient, report: dict[str, Any]) -> tuple[str, str]:
    obligation, id_ = await sent(api_client, report)
    body = {"decision": "return", "reason": REASON}
    path = f"/api/v1/submissions/{id_}/decision"
    assert (await api_client.post(path, body, "coordinator", "SO_NOI_VU")).status_code == 200
    return obligation, id_


@pytest.mark.parametrize("role", ["leader", "ops"])
async def test_the_reason_of_a_return_is_withheld_with_the_count_and_says_so(
    api_client: ApiClient, report: dict[str, Any], role: Role
) -> None:
    """Without the policy: "the register has 4 births, the report says 3", beside the count that is hidden."""
    obligation, id_ = await returned(api_client, report)
    again = await api_client.submit(obligation, report | {"reason": "đúng là 4 ca"})
    assert again.status_code == 201, again.text
    [review] = (await api_client.get(f"/api/v1/submissions/{id_}", role, "DAK_NONG")).json()["reviews"]
    assert review["withheld"] and review["act"] == "return"
    assert review["reason"].startswith("Không hiện") and "Withheld" in review["reason"]
    for path in (f"/submissions/{id_}", f"/obligations/{obligation}", f"/submissions/{again.json()['id']}"):
        page = await api_client.get(path, role, "DAK_NONG", headers={"Accept": "text/html"})
        assert page.status_code == 200 and "4 ca" not in page.text and "3 ca" not in page.text, path
        assert page.text.count(review["reason"]) >= 2, f"{path}: of the return and of the correction"


@pytest.mark.parametrize(("role", "unit"), KNOWING)
async def test_the_unit_and_who_needs_to_know_read_the_reason(
    api_client: ApiClient, report: dict[str, Any], role: Role, unit: str
) -> None:
    _, id_ = await returned(api_client, report)
    [review] = (await api_client.get(f"/api/v1/submissions/{id_}", role, unit)).json()["reviews"]
    assert review["reason"] == REASON and not review["withheld"]
