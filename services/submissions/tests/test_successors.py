"""A unit that ended is answered for by what it became: seen, reported, corrected and withdrawn, and marked so."""

from datetime import UTC, datetime

import pytest

from services.submissions.tests.api_client import COMMUNE, OTHER, ApiClient
from services.submissions.tests.browser import browse
from services.submissions.tests.reports import commune_report

ENDED = "24736@2021-01-01"


AFTER = datetime(2025, 8, 1, tzinfo=UTC)


async def test_the_successor_reports_corrects_and_withdraws(api_client: ApiClient) -> None:
    api_client.clock.at = AFTER
    obligation_id = await api_client.obligation_id(unit=ENDED, period="2024")
    assert (await api_client.submit(obligation_id, commune_report(), OTHER)).status_code == 403
    answer = await api_client.submit(obligation_id, commune_report(), COMMUNE)
    assert answer.status_code == 201, answer.text
    kept = (await api_client.get(f"/api/v1/submissions/{answer.json()['id']}", "reporter", COMMUNE)).json()
    assert (kept["unit"], kept["submitted_unit"]) == (ENDED, COMMUNE)
    corrected = await api_client.submit(
        obligation_id, commune_report(population="8200") | {"reason": "đối chiếu"}, COMMUNE
    )
    assert corrected.json()["revision"] == 2
    receipt = await browse(api_client, f"/submissions/{corrected.json()['id']}")
    assert "thay cho" in receipt.text and "Mã theo dõi" in receipt.text
    assert (await api_client.withdraw(corrected.json()["id"], unit=OTHER)).status_code == 403
    assert (await api_client.withdraw(corrected.json()["id"], unit=COMMUNE)).status_code == 200


async def test_its_duties_stand_among_the_successors(api_client: ApiClient) -> None:
    api_client.clock.at = AFTER
    await api_client.open("2024")
    listed = (await api_client.get("/api/v1/obligations", "reporter", COMMUNE)).json()["items"]
    assert set(api_client.catalogue.predecessors(COMMUNE)) == {item["unit"] for item in listed}
    one = (await api_client.get("/api/v1/obligations", "reporter", COMMUNE, params={"unit": ENDED})).json()["items"]
    assert [item["unit"] for item in one] == [ENDED]
    page = await browse(api_client, "/obligations")
    assert page.text.count("thay cho") == len(listed) > 0
    form = await browse(api_client, f"/obligations/{one[0]['id']}")
    assert form.status_code == 200 and "thay cho" in form.text and "data-grid" in form.text
    assert (await browse(api_client, f"/obligations/{one[0]['id']}", "reporter", OTHER)).status_code == 403


@pytest.mark.parametrize("successor", ["SO_KHCN", "SO_VHTTDL"])
async def test_a_dissolved_agency_is_answered_for_by_each_successor(api_client: ApiClient, successor: str) -> None:
    api_client.clock.at = AFTER
    obligation_id = await api_client.obligation_id("B13-TT", "SO_TTTT", "2024")
    report = {"observations": [{"measure": m, "value": "9"} for m in ("n_stations", "n_stations_monthly_slot")]}
    assert (await api_client.submit(obligation_id, report, "SO_Y_TE")).status_code == 403
    assert (await api_client.submit(obligation_id, report, successor)).status_code == 201


async def test_nobody_answers_for_a_unit_before_it_ends(api_client: ApiClient) -> None:
    api_client.clock.at = datetime(2025, 2, 27, tzinfo=UTC)
    obligation_id = await api_client.obligation_id("B05-LD", "SO_LDTBXH", "2024", opener="SO_LDTBXH")
    values = ("n_female_employed", "n_female_wage_workers", "n_female_employed_agri")
    report = {"observations": [{"measure": m, "value": "9"} for m in values]}
    assert (await api_client.submit(obligation_id, report, "SO_NOI_VU")).status_code == 403
    api_client.clock.at = datetime(2025, 2, 28, 17, tzinfo=UTC)  # 1 March in Vietnam
    assert (await api_client.submit(obligation_id, report, "SO_NOI_VU")).status_code == 201
