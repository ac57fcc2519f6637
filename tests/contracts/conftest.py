"""The application of each service, without a server behind it: what its routes declare and refuse."""

from typing import Any

import pytest
from fastapi import FastAPI

from aggregation.app import create_app as aggregation
from aggregation.settings import AggregationSettings
from audit.app import create_app as audit
from audit.settings import AuditSettings
from notifications.app import create_app as notifications
from notifications.settings import NotificationsSettings
from shared.settings import ServiceSettings
from submissions.app import create_app as submissions
from submissions.settings import SubmissionsSettings
from tiendo_local.issuer import Issuer

SERVICES: dict[str, tuple[Any, type[ServiceSettings]]] = {
    "submissions": (submissions, SubmissionsSettings),
    "aggregation": (aggregation, AggregationSettings),
    "notifications": (notifications, NotificationsSettings),
    "audit": (audit, AuditSettings),
}


@pytest.fixture(scope="session", params=SERVICES)
def app(request: pytest.FixtureRequest, issuer: Issuer) -> FastAPI:
    create, settings = SERVICES[request.param]
    made: FastAPI = create(
        settings(
            database_url="postgresql+asyncpg://nobody@127.0.0.1:1/none",
            environment="test",
            jwks_file=issuer.jwks_file,
            local_issuer_key_file=issuer.key_file,
        )
    )
    return made
