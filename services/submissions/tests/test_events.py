"""What the events of this service say, and what they do not."""

import json
from typing import Any

from services.submissions.tests.api_client import COMMUNE, ApiClient
from shared.events import ActEvent, parse

Report = dict[str, Any]


async def test_free_text_stays_out_of_events(api_client: ApiClient, report: Report) -> None:
    obligation_id = await api_client.obligation_id()
    report["observations"][0]["note"] = "bí-mật-một"
    body = {**report, "narrative": {"results": "bí-mật-hai"}, "evidence": ["bí-mật-ba"], "reason": "bí-mật-bốn"}
    assert (await api_client.submit(obligation_id, body)).status_code == 201
    assert not any(b"b\xc3\xad-m" in event.to_bytes() for event in await api_client.events())


async def test_values_are_exact(api_client: ApiClient) -> None:
    obligation_id = await api_client.obligation_id("B06-KT", "SO_TAI_CHINH")
    detail = (await api_client.get(f"/api/v1/obligations/{obligation_id}")).json()
    values = {"hours": "38640.100001", "persons": 2400}
    observations = [{"measure": f["measure"], "value": values.get(f["kind"], 7)} for f in detail["fields"]]
    answer = await api_client.submit(obligation_id, {"observations": observations}, "SO_TAI_CHINH")
    assert answer.status_code == 201, answer.text
    event = (await api_client.events(obligation_id))[-1]
    hours = [o for o in event.to_bytes().decode().split('"measure":') if "hours" in o]
    assert hours and all('"value":"38640.100001"' in text for text in hours)


async def test_every_act_says_in_which_role_and_of_which_unit(api_client: ApiClient, report: Report) -> None:
    obligation_id = await api_client.obligation_id()
    first = (await api_client.submit(obligation_id, report)).json()["id"]
    await api_client.decide(first, "accept")
    await api_client.decide(first, "return", "Thiếu số liệu")
    second = (await api_client.submit(obligation_id, report | {"reason": "Bổ sung"})).json()["id"]
    await api_client.withdraw(second)
    acts = [event.data for event in await api_client.events(obligation_id)]
    assert [
        (act.type.split(".")[3], act.acting_role, act.acting_unit) for act in acts if isinstance(act, ActEvent)
    ] == [
        ("opened", "coordinator", "SO_NOI_VU"),
        ("received", "reporter", COMMUNE),
        ("accepted", "coordinator", "SO_NOI_VU"),
        ("returned", "coordinator", "SO_NOI_VU"),
        ("received", "reporter", COMMUNE),
        ("withdrawn", "head", COMMUNE),
    ]


async def test_who_names_no_unit_of_the_plan_acts_in_no_event(api_client: ApiClient) -> None:
    for unit in ("Bà Hoa, phòng 3", "nowhere"):
        answer = await api_client.post("/api/v1/obligations/opening", {"period": "2026"}, "ops", unit)
        assert (answer.status_code, answer.json()["code"]) == (403, "no-unit"), answer.text
    assert not await api_client.events()


async def test_an_event_of_before_names_nobody_and_is_read(api_client: ApiClient, report: Report) -> None:
    obligation_id = await api_client.obligation_id()
    assert (await api_client.submit(obligation_id, report)).status_code == 201
    body = json.loads((await api_client.events(obligation_id))[-1].to_bytes())
    del body["data"]["acting_role"], body["data"]["acting_unit"]
    read = parse(json.dumps(body).encode()).data
    assert isinstance(read, ActEvent) and (read.acting_role, read.acting_unit) == (None, None)
