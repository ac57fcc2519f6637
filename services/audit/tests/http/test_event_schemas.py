"""GET /schemas: what `dataschema` of an event names is there, for everybody."""

import httpx
import pytest

from services.audit.tests.audit_driver import Audit
from shared.events import DATA_TYPES, LOCAL_SCHEMAS, SourceHeartbeat, data_schema, event_schema

TYPE = SourceHeartbeat.type
PATHS = (f"/schemas/{TYPE}.json", f"/schemas/events/{TYPE}.json")


@pytest.mark.parametrize("type_", DATA_TYPES)
async def test_every_schema_is_served_under_its_own_name(audit: Audit, type_: str) -> None:
    for make in (data_schema, event_schema):
        schema = make(DATA_TYPES[type_])
        address = schema["$id"].removeprefix(LOCAL_SCHEMAS.removesuffix("/schemas"))
        answer = await audit.client.get(address)
        assert answer.status_code == 200 and answer.json() == schema
        assert answer.headers["content-type"] == "application/schema+json"


async def test_the_names_are_those_of_the_installation(audit: Audit) -> None:
    moved = audit.settings.model_copy(update={"schemas_url": "https://tiendo.example/schemas"})
    audit.app.state.settings = moved
    for path in PATHS:
        assert (await audit.client.get(path)).json()["$id"] == f"https://tiendo.example{path}"


@pytest.mark.parametrize("path", PATHS)
async def test_one_that_is_known_already_is_not_sent_again(audit: Audit, path: str) -> None:
    first = await audit.client.get(path)
    assert first.headers["cache-control"] == "public, max-age=3600" and first.headers["vary"] == "Accept-Encoding"
    tag = first.headers["etag"]

    async def again(known: str) -> httpx.Response:
        return await audit.client.get(path, headers={"If-None-Match": known})

    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = await again(known)
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert (await again('"other"')).status_code == 200


@pytest.mark.parametrize("name", ["vn.tiendo.nothing.known.v1", "0", "..%2Fx"])
async def test_a_type_that_is_not_known_has_none(audit: Audit, name: str) -> None:
    for path in (f"/schemas/{name}.json", f"/schemas/events/{name}.json"):
        answer = await audit.client.get(path)
        assert answer.status_code == 404
