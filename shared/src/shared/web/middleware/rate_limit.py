"""How often one may ask: 429 with Retry-After (RFC 6585 section 4), counted by token and by address.

In each process on its own: with several of them a client has as many times as much. Whoever has no token, or makes up
another each time, is held by the address.
"""

import hashlib
import time
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from limits import RateLimitItem
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.auth import token_in
from shared.errors import Problem
from shared.settings import ServiceSettings
from shared.text import Fault
from shared.web.texts import text

WATCHED = ("/healthz", "/readyz", "/metrics")


class RateLimit:
    def __init__(self, app: ASGIApp, settings: ServiceSettings) -> None:
        self.app = app
        # The token first: whoever is held by it uses up nothing of the address.
        given = ((settings.rate_limit("token"), token_of), (settings.rate_limit("address"), address_of))
        self._limits = [(limit, what) for limit, what in given if limit is not None]
        self._counted = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._limits and scope["type"] == "http" and not is_free(scope["path"]):
            counted = [(limit, what.__name__, who) for limit, what in self._limits if (who := what(scope))]
            # Who is held by the address leaves no other made-up token behind: each is kept until its time is over.
            for one in reversed(counted):
                if not await self._counted.test(*one):
                    raise await self._too_often(*one)
            for one in counted:
                if not await self._counted.hit(*one):
                    raise await self._too_often(*one)
        await self.app(scope, receive, send)

    async def _too_often(self, limit: RateLimitItem, what: str, who: str) -> Problem:
        window = await self._counted.get_window_stats(limit, what, who)
        seconds = max(1, ceil(window.reset_time - time.time()))
        fault = Fault("too-many-requests", "", text("web.refused.too_many", count=seconds))
        headers = {"Retry-After": str(seconds)}
        return Problem(429, "too-many-requests", text("web.status.429"), [fault], headers=headers)


def is_free(path: str) -> bool:
    return path in WATCHED or path.startswith("/static/")


def token_of(scope: Scope) -> str:
    """A digest of the token that `shared.auth` reads, valid or not; "" without one."""
    token = token_in(scope)
    return hashlib.sha256(token.encode()).hexdigest()[:32] if token else ""


def address_of(scope: Scope) -> str:
    """Of IPv6 the network: whoever has one address has all of its 2^64."""
    client = scope.get("client")
    if not client:
        return ""
    try:
        address = ip_address(client[0])
    except ValueError:
        return str(client[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(ip_network((address, 64), strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)
