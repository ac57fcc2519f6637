"""GET operations: one answer of everything that waits."""

import sqlalchemy as sa

from shared.web.operations import api
from shared.web.operations.report import OperationsReport
from shared.web.operations.schemas import REASON_CHARACTERS, ServiceOperations

from .conftest import Office

PATH = "/api/v1/operations"
AWAY = "127.0.0.1:1"


def mounted(office: Office, *topics: str, **changes: object) -> Office:
    settings = office.app.state.settings.model_copy(update={"kafka_bootstrap_servers": AWAY} | changes)
    office.app.state.operations = OperationsReport(office.engine, settings, topics)
    office.app.include_router(api.router)
    return office


async def told(office: Office) -> ServiceOperations:
    answer = await office.get(PATH)
    assert answer.status_code == 200, answer.text
    return ServiceOperations.model_validate_json(answer.content)


async def test_who_may_see_dead_letters_may_see_what_waits(office: Office) -> None:
    mounted(office)
    roles = ("ops", "auditor", "coordinator", "leader", "reporter", "head")
    assert [(await office.get(PATH, role)).status_code for role in roles] == [200, 200, 403, 403, 403, 403]
    assert (await office.client.get(PATH)).status_code == 401


async def test_nothing_waits(office: Office) -> None:
    found = await told(mounted(office))
    assert (found.service, found.outbox.waiting, found.dead_letters.open, found.consumer) == ("audit", 0, 0, None)
    assert not found.waits


async def test_dead_letters_are_told_with_their_place(office: Office) -> None:
    mounted(office)
    office.fault = ValueError("x" * 1000)
    first, second = await office.set_aside(b"no event", b"{}")
    async with office.engine.begin() as tx:
        await tx.execute(sa.text("update dead_letter set state = 'discarded' where id = :id"), {"id": first})
    found = await told(office)
    (letter,) = found.dead_letters.newest
    assert (found.dead_letters.open, letter.id, letter.offset) == (1, second, 1)
    assert letter.timestamp is not None and letter.created_at == found.dead_letters.oldest_at
    assert 0 < len(letter.reason) <= REASON_CHARACTERS
    assert found.waits


async def test_two_statements_however_much_waits(office: Office) -> None:
    mounted(office)
    await office.set_aside(*[b"no event"] * 60)
    statements: list[str] = []
    sa.event.listen(
        office.engine.sync_engine, "before_cursor_execute", lambda _, __, statement, *___: statements.append(statement)
    )
    found = await told(office)
    assert (found.dead_letters.open, len(found.dead_letters.newest)) == (60, 50)
    assert len(statements) == 2


async def test_without_kafka_the_rest_is_told(office: Office) -> None:
    found = await told(mounted(office, "submissions.v1"))
    assert found.consumer is not None and found.consumer.topics is None
    assert found.consumer.fault == "KafkaConnectionError"
    assert found.waits


async def test_a_broker_whose_end_is_unknown_is_not_believed(office: Office) -> None:
    found = await told(mounted(office, "submissions.v1", kafka_idempotent=False))
    assert found.consumer is not None and (found.consumer.topics, found.consumer.fault) == (None, None)
    assert not found.waits
