"""The count in the header of the pages of ops."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from .conftest import Office

HOME = "/dead-letters"


async def headers_of(office: Office, role: str = "ops") -> str:
    office.app.state.engine = office.engine
    answer = await office.get(HOME, role, accept="text/html")
    assert answer.status_code == 200, answer.text
    return answer.text.partition("<nav")[0]


async def test_ops_see_how_much_waits(office: Office) -> None:
    office.app.state.count_more = None
    assert "việc chờ" not in await headers_of(office)
    await office.set_aside(b"no event", b"{}")
    header = await headers_of(office)
    assert "Vận hành: 2 việc chờ" in header and 'href="/operations"' in header
    assert "việc chờ" not in await headers_of(office, "auditor"), "who may not act is not called"


async def test_what_a_service_counts_beside_is_added(office: Office) -> None:
    async def three(tx: AsyncConnection) -> int:
        return 3

    office.app.state.count_more = three
    assert "Vận hành: 3 việc chờ" in await headers_of(office)


async def test_the_count_is_one_statement_on_an_index(office: Office) -> None:
    office.app.state.count_more = None
    statements: list[str] = []
    sa.event.listen(
        office.engine.sync_engine, "before_cursor_execute", lambda _, __, statement, *___: statements.append(statement)
    )
    await headers_of(office, "auditor")
    without = len(statements)
    await headers_of(office)
    assert len(statements) - 2 * without == 1


async def test_the_api_counts_nothing(office: Office) -> None:
    office.app.state.engine = office.engine
    office.app.state.count_more = None
    statements: list[str] = []
    sa.event.listen(
        office.engine.sync_engine, "before_cursor_execute", lambda _, __, statement, *___: statements.append(statement)
    )
    await office.get("/api/v1/dead-letters")
    assert len(statements) == 1
