"""The seventh leak, in dead letters: ops read the envelope of a record, auditors all of it."""

import json

from .conftest import Office

LIST = "/api/v1/dead-letters"
RECORD = {
    "id": "e1",
    "prevhash": "f" * 64,
    "data": {
        "unit": "24736@2025-07-01",
        "content_sha256": "e" * 64,
        "observations": [{"measure": "n_adolescent_births", "value": "3"}],
    },
}


async def test_ops_read_no_figure_and_no_hash(office: Office) -> None:
    """Without the policy: 3, three times."""
    [id_] = await office.set_aside(json.dumps(RECORD).encode())
    detail = (await office.get(f"{LIST}/{id_}")).json()
    assert detail["withheld"] and detail["value"] is None
    told = json.loads(detail["text"])
    assert told["data"]["observations"] is None and told["data"]["unit"] == "24736@2025-07-01"
    assert told["prevhash"] is None and told["data"]["content_sha256"] is None
    assert (await office.get(f"{LIST}/{id_}/raw")).status_code == 403
    page = (await office.get(f"/dead-letters/{id_}", accept="text/html")).text
    assert "&#34;3&#34;" not in page and "eeee" not in page and "24736@2025-07-01" in page


async def test_of_what_is_no_event_ops_read_nothing(office: Office) -> None:
    [id_] = await office.set_aside(b'{"births": 3')
    detail = (await office.get(f"{LIST}/{id_}")).json()
    assert (detail["text"], detail["value"], detail["size"]) == (None, None, 12)


async def test_auditors_read_all(office: Office) -> None:
    [id_] = await office.set_aside(json.dumps(RECORD).encode())
    detail = (await office.get(f"{LIST}/{id_}", role="auditor")).json()
    assert json.loads(detail["text"]) == RECORD and not detail["withheld"]
    assert (await office.get(f"{LIST}/{id_}/raw", role="auditor")).content == json.dumps(RECORD).encode()
