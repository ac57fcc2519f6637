"""GET /event-keys.json: whose signatures are believed, for everybody."""

from pathlib import Path

from services.audit.tests.audit_driver import Audit
from shared.messaging.signing.trusted_keys import read_keys
from tiendo_local.event_keys import EventKeys


async def test_everybody_gets_the_keys_that_are_believed(audit: Audit, tmp_path: Path) -> None:
    keys = EventKeys(tmp_path)
    audit.app.state.settings = audit.settings.model_copy(update={"event_keys_file": keys.trusted})
    answer = await audit.client.get("/event-keys.json")
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/jwk-set+json"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert read_keys(answer.content) == read_keys(keys.trusted.read_bytes())
    assert b'"d"' not in answer.content, "no private half"
    known = {"If-None-Match": answer.headers["etag"]}
    assert (await audit.client.get("/event-keys.json", headers=known)).status_code == 304


async def test_where_nothing_is_signed_there_are_none(audit: Audit) -> None:
    assert (await audit.client.get("/event-keys.json")).status_code == 404
