"""A real provider that signs with a new key, and one that is away for five minutes: the service runs on."""

import asyncio

from shared.auth.keys.key_source import RETRY_SECONDS
from shared.auth.keys.provider_keys import FRESH_SECONDS
from shared.auth.verifier import KNOWN_SECONDS
from tests.identity.client import FLAT
from tests.identity.conftest import Serve
from tests.identity.provider import Provider
from tests.identity.serving import Service

MINUTES = 5


async def test_a_new_key_is_taken_without_a_restart_and_the_old_one_ends(
    identity_provider: Provider, serve: Serve
) -> None:
    async with serve() as service:
        old = [identity_provider.token(FLAT) for _ in range(3)]
        assert await service.status(old[0]) == 200
        await asyncio.to_thread(identity_provider.rotate)
        new = identity_provider.token(FLAT)
        assert await service.status(new) == 401, "the provider was asked just now, and is not asked for each name"
        service.pass_seconds(RETRY_SECONDS)
        assert await service.status(new) == 200
        assert await service.status(old[1]) == 200
        await asyncio.to_thread(identity_provider.retire)
        service.pass_seconds(FRESH_SECONDS + KNOWN_SECONDS)
        assert [await service.status(token) for token in (old[0], old[2], new)] == [401, 401, 200]


async def test_an_outage_of_five_minutes_signs_nobody_out_and_who_starts_meanwhile_waits(
    identity_provider: Provider, serve: Serve
) -> None:
    tokens = [identity_provider.token(FLAT) for _ in range(MINUTES + 2)]
    async with serve() as service, serve() as late:
        assert await service.status(tokens.pop()) == 200
        assert await readiness(service) == (200, "ok")
        await asyncio.to_thread(identity_provider.kill)
        for _ in range(MINUTES):
            service.pass_seconds(FRESH_SECONDS + 1)
            assert await service.status(tokens.pop()) == 200, "one that the service has not seen before"
            assert await readiness(service) == (200, "degraded")
        (token,) = tokens
        refused = await late.ask(token)
        assert refused.status_code == 503 and refused.headers["retry-after"] == str(RETRY_SECONDS)
        assert await readiness(late) == (503, "failing")

        await asyncio.to_thread(identity_provider.start)
        for each in (service, late):
            each.pass_seconds(RETRY_SECONDS)
            assert await each.status(identity_provider.token(FLAT)) == 200
            await until_ready(each)


async def until_ready(service: Service) -> None:
    """Who has good keys does not wait for newer ones: they come a moment later."""
    async with asyncio.timeout(30):
        while await readiness(service) != (200, "ok"):
            await asyncio.sleep(0.05)


async def readiness(service: Service) -> tuple[int, str]:
    status, told = await service.readiness()
    return status, told["status"]
