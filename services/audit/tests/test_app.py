"""The routes together: sign-in, home, readiness."""

from services.audit.tests.audit_driver import Audit


async def test_nobody_reads_without_signing_in(audit: Audit) -> None:
    for path in ("/api/v1/events", "/api/v1/events/x", "/api/v1/events/x/raw", "/api/v1/inspections"):
        assert (await audit.client.get(path)).status_code == 401


async def test_ready_needs_the_database(audit: Audit) -> None:
    assert (await audit.client.get("/readyz")).status_code == 200
    assert (await audit.client.get("/api/v1/openapi.json")).json()["paths"]["/api/v1/events"]


async def test_home_is_the_log(audit: Audit) -> None:
    assert (await audit.get("/")).headers["location"] == "/log"
