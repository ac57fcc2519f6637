"""What the other services tell of their operation, asked of each on behalf of the reader."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

import httpx
from pydantic import ValidationError

from shared.web.operations.schemas import ServiceOperations

ASK_SECONDS = 3.0
PATH = "/api/v1/operations"

Why = Literal["timeout", "unreachable", "status", "unreadable"]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A service that told nothing. `detail` is a status or the name of an error, never words of an answer."""

    service: str
    why: Why
    detail: str = ""


ServiceReport = ServiceOperations | Unanswered


async def ask(services: Mapping[str, str], token: str) -> list[ServiceReport]:
    """All at once, in the order of `services` (name → base URL). It takes `ASK_SECONDS` at most, whatever they do.

    `token` is the reader's own: each service decides by itself what they may see. It goes to no other address, since
    no redirect is followed and no proxy of the environment asked.
    """
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    async with httpx.AsyncClient(
        headers=headers, timeout=ASK_SECONDS, verify=_authorities(), trust_env=False
    ) as client:
        return await asyncio.gather(*(_ask(client, service, url) for service, url in services.items()))


@cache
def _authorities() -> ssl.SSLContext:
    """Whose certificates are taken. Read once: each client that reads them itself holds the loop for 0.1 s."""
    return httpx.create_ssl_context()


async def _ask(client: httpx.AsyncClient, service: str, url: str) -> ServiceReport:
    try:
        # httpx bounds each read, not all of them.
        async with asyncio.timeout(ASK_SECONDS):
            answer = await client.get(url.rstrip("/") + PATH)
        answer.raise_for_status()
        told = ServiceOperations.model_validate_json(answer.content)
        # Else the addresses of the settings lead to each other's services.
        return told if told.service == service else Unanswered(service, "unreadable")
    except (TimeoutError, httpx.TimeoutException):
        return Unanswered(service, "timeout")
    except httpx.HTTPStatusError as error:
        return Unanswered(service, "status", str(error.response.status_code))
    except ValidationError:
        return Unanswered(service, "unreadable")
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return Unanswered(service, "unreachable", type(error).__name__)
