"""What a database has that nobody heard of is published: the outbox was lost with Kafka's end, the rows were not."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from services.submissions.tests.api_client import COMMUNE, ApiClient
from shared.auth.pseudonym import Pseudonyms
from shared.events import Event, SubmissionsEvent
from submissions.commands.reconcile import publish_unheard
from submissions.rules.recovery import Recovery, recover
from submissions.store import recovery as store
from tests.support.databases import owner

PSEUDONYMS = Pseudonyms(b"of tests", "https://issuer.test")
UNKNOWN = {"acting_subject"}
"""Beside the row stands no pseudonym of whoever acted."""


async def unheard(api_client: ApiClient, heard: list[Event]) -> Recovery:
    """What differs when Kafka has `heard` and nothing waits."""
    async with owner(api_client.engine) as tx:
        await tx.execute(sa.text("delete from outbox"))
        told = [event.data for event in heard if isinstance(event.data, SubmissionsEvent)]
        history = await store.history(tx)
        return recover(told, history, history, None)


async def told_again(api_client: ApiClient, found: Recovery, obligation_id: str) -> list[Event]:
    async with api_client.engine.begin() as tx:
        await publish_unheard(tx, found, api_client.catalogue.version, PSEUDONYMS)
    return await api_client.events(obligation_id)


def later(api_client: ApiClient) -> None:
    """The order of decisions is that of their times."""
    api_client.clock.at += timedelta(minutes=1)


def said(event: Event, *besides: str) -> dict[str, Any]:
    """In no order of the cells: a row has them sorted."""
    data = event.data.model_dump(exclude=UNKNOWN | set(besides))
    if "observations" in data:
        data["observations"].sort(key=lambda one: (one["measure"], str(one["disaggregation"])))
    return {"type": event.type, "time": event.time, "subject": event.subject, **data}


async def test_openings_reports_and_decisions_are_told_as_they_were(
    api_client: ApiClient, report: dict[str, Any]
) -> None:
    obligation_id = await api_client.obligation_id()
    first = (await api_client.submit(obligation_id, report)).json()
    await api_client.decide(first["id"], "accept")
    later(api_client)
    await api_client.decide(first["id"], "return", "Sai dân số")
    second = (await api_client.submit(obligation_id, report | {"reason": "Đã sửa"})).json()
    await api_client.withdraw(second["id"])
    before = await api_client.events(obligation_id)
    found = await unheard(api_client, [])
    again = await told_again(api_client, found, obligation_id)
    assert [said(event) for event in again[1:]] == [said(event) for event in before[1:]]
    who = ("acting_role", "acting_unit")
    assert said(again[0], *who) == said(before[0], *who)
    assert [event.data.version for event in again] == [1, 2, 3, 4, 5, 6]  # type: ignore[attr-defined]
    assert (await unheard(api_client, again)).unpublished == [
        one for one in found.unpublished if str(one.obligation_id) != obligation_id
    ]


async def test_only_what_nobody_heard_is_told(api_client: ApiClient, report: dict[str, Any]) -> None:
    """The same person may have accepted first and returned later: only the later one was lost."""
    obligation_id = await api_client.obligation_id()
    sent = (await api_client.submit(obligation_id, report)).json()
    await api_client.decide(sent["id"], "accept")
    heard = await api_client.events()
    later(api_client)
    await api_client.decide(sent["id"], "return", "Sai dân số")
    (lost,) = (await api_client.events(obligation_id))[3:]
    (again,) = await told_again(api_client, await unheard(api_client, heard), obligation_id)
    assert said(again) == said(lost) and again.data.unit == COMMUNE  # type: ignore[attr-defined]
    assert (await unheard(api_client, [*heard, again])).nothing


async def test_a_decision_that_was_itself_put_back_names_nobody(api_client: ApiClient, report: dict[str, Any]) -> None:
    obligation_id = await api_client.obligation_id()
    sent = (await api_client.submit(obligation_id, report)).json()
    await api_client.decide(sent["id"], "accept")
    async with owner(api_client.engine) as tx:
        await tx.execute(sa.text("update review set role = ''"))
    again = await told_again(api_client, await unheard(api_client, []), obligation_id)
    assert again[2].data.acting_role is None  # type: ignore[attr-defined]
