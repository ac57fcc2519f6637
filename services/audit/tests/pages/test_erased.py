"""Where words were erased the page of an inspection, a repeated request and a dead letter show the label."""

import asyncio

from pydantic import SecretStr

from audit.settings import AuditSettings
from audit.store.tables import metadata
from services.audit.tests.audit_driver import Audit, records
from services.audit.tests.cases import CASE, SECRET, post
from shared.erasure.erase import WELL, erase_from
from shared.erasure.words import label
from tests.support.databases import owner_url

FOR_THE_RECORD = ("--request", "12/2026-BVDL", "--reason", "person-asked", "--apply")


async def erase(audit: Audit, *words: str) -> int:
    url = SecretStr(owner_url(audit.settings.database_url.get_secret_value()))
    settings: AuditSettings = audit.settings.model_copy(update={"owner_database_url": url})
    return await asyncio.to_thread(erase_from(metadata), settings, [*words, *FOR_THE_RECORD])


async def test_an_inspection_shows_that_words_were_erased(audit: Audit) -> None:
    key = {"Idempotency-Key": "once"}
    first = (await post(audit, "/api/v1/inspections", CASE, **key)).json()
    assert await erase(audit, "inspection", first["id"], "scope") == WELL
    finding = first["findings"][0]["id"]
    assert await erase(audit, "finding", finding, "criteria", "condition", "cause", "effect") == WELL

    again = (await post(audit, "/api/v1/inspections", CASE, **key)).json()
    for one in (again, (await audit.get(f"/api/v1/inspections/{first['id']}")).json()):
        assert one["scope"] == label() and SECRET not in str(one)
        assert {part["condition"] for part in one["findings"]} == {label()}, "the second says the same words"
        assert one["basis_document"] == CASE["basis_document"]
    page = (await audit.get(f"/inspections/{first['id']}")).text
    assert "đã xóa theo yêu cầu / erased on request" in page and SECRET not in page


async def test_a_dead_letter_without_its_words_is_left_alone_with_a_reason(audit: Audit) -> None:
    await audit.worker().consume(records(f"{{{SECRET}".encode()))
    [letter] = (await audit.get("/api/v1/dead-letters", "ops")).json()["items"]
    assert await erase(audit, "dead_letter", str(letter["id"]), "value") == WELL

    address = f"/api/v1/dead-letters/{letter['id']}"
    page = (await audit.get(f"/dead-letters/{letter['id']}", "ops")).text
    assert "đã xóa theo yêu cầu / erased on request" in page and SECRET not in page
    assert (await audit.get("/operations", "ops")).status_code == 200
    assert (await audit.client.post(f"{address}/replay", headers=audit.as_("ops"))).status_code == 409
    discarded = await audit.client.post(
        f"{address}/discard", json={"reason": "Bản ghi của người lạ"}, headers=audit.as_("ops")
    )
    assert discarded.status_code == 200, discarded.text
