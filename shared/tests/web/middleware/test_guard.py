import ssl

import pytest
from asyncpg import exceptions as postgres
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.web.middleware.guard import is_unavailable


def dbapi(cause: BaseException, *, lost: bool = False) -> DBAPIError:
    return DBAPIError("select", {}, cause, connection_invalidated=lost)


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        ConnectionResetError(),
        TimeoutError(),
        PoolTimeout(),
        dbapi(postgres.ConnectionDoesNotExistError("gone"), lost=True),
        dbapi(postgres.CannotConnectNowError("starting")),
        dbapi(postgres.TooManyConnectionsError("full")),
        dbapi(postgres.AdminShutdownError("stopping")),
        dbapi(postgres.InvalidPasswordError("changed")),
        dbapi(postgres.InvalidAuthorizationSpecificationError("no encryption")),
        ssl.SSLCertVerificationError(),
    ],
    ids=repr,
)
def test_a_database_that_is_away_is_no_fault_of_ours(error: Exception) -> None:
    assert is_unavailable(error)


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError(),
        FileNotFoundError(),
        dbapi(postgres.UndefinedTableError("entry")),
        dbapi(postgres.UniqueViolationError("x")),
    ],
    ids=repr,
)
def test_a_fault_of_ours_is_not_called_a_pause(error: Exception) -> None:
    assert not is_unavailable(error)
