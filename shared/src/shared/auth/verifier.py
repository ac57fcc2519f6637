"""Tokens (JWT) checked against the keys of whoever issues them."""

import time
from collections.abc import Callable, Collection, Mapping
from typing import Any

import jwt

from shared.access import Person, Role
from shared.auth.claim_path import ClaimPath
from shared.auth.claims import ClaimMap
from shared.auth.keys.key_file import KeyFile
from shared.auth.keys.key_source import KeySource, KeyState
from shared.auth.keys.provider_keys import ProviderKeys
from shared.auth.pseudonym import Pseudonyms
from shared.auth.rejection import TokenRejected, reason_of, record_rejection
from shared.auth.token_kind import check_kind
from shared.security_log import security_event
from shared.settings import ServiceSettings

LEEWAY_SECONDS = 30
"""How far the clocks of provider and service may be apart, in `exp`, `nbf` and `iat`."""
MAX_TOKEN_CHARACTERS = 8192
MAX_KNOWN_TOKENS = 10_000
MAX_KNOWN_PERSONS = 10_000
KNOWN_SECONDS = 60  # a key taken out of the JWKS stops working within this and provider_keys.FRESH_SECONDS


class TokenVerifier:
    """Checks signature, issuer, audience, times, kind, role and unit."""

    def __init__(
        self, settings: ServiceSettings, units: Collection[str], now: Callable[[], float] = time.monotonic
    ) -> None:
        """`units` are the keys of the plan's, ended ones too; `now` counts seconds for what is kept here for a while.

        Raises StartError for a path to a claim that is none.
        """
        self._settings = settings
        self._now = now
        self._claims = ClaimMap(
            role=ClaimPath.parse("TOKEN_ROLE_CLAIM", settings.token_role_claim),
            unit=ClaimPath.parse("TOKEN_UNIT_CLAIM", settings.token_unit_claim),
            units=frozenset(units),
            pseudonyms=Pseudonyms.of_settings(settings),
        )
        self._keys: KeySource | None = None
        if settings.jwks_url:
            self._keys = ProviderKeys(settings.jwks_url, settings.service, now, ca_file=settings.jwks_ca_file)
        elif settings.jwks_file:
            self._keys = KeyFile(settings.jwks_file, settings.service)
        # A signature costs 0.2 ms to check and a client sends the same token with each request.
        self._known: dict[str, tuple[float, Person]] = {}
        self._acted_as: dict[str, tuple[Role, str]] = {}  # by subject, for this process's life

    async def person(self, token: str) -> Person:
        """The person a token speaks for.

        Raises a `Problem`: 401 for a token that is not valid, 403 for a valid one without a role or a unit of ours,
        503 while there are no keys to check it with. Each 401 and 403 is logged and counted.
        """
        until, known = self._known.get(token, (0.0, None))
        if known and self._now() < until:
            return known
        try:
            claims = await self._verified(token)
            person = self._claims.person(claims)
        except TokenRejected as rejected:
            record_rejection(rejected, token[:MAX_TOKEN_CHARACTERS], self._settings.service, time.time())
            raise rejected.problem() from rejected
        if len(self._known) >= MAX_KNOWN_TOKENS:
            self._known.clear()
        self._note_role(person)
        left = float(claims["exp"]) - time.time()
        self._known[token] = (self._now() + min(left, KNOWN_SECONDS), person)
        return person

    def _note_role(self, person: Person) -> None:
        """A line for somebody whose token has another role or unit than the one before: given by the provider, seen
        here first."""
        before, now = self._acted_as.pop(person.subject, None), (person.role, person.unit)
        if before is not None and before != now:
            security_event("security.role-changed", person, before_role=before[0], before_unit=before[1])
        self._acted_as[person.subject] = now
        if len(self._acted_as) > MAX_KNOWN_PERSONS:
            del self._acted_as[next(iter(self._acted_as))]

    async def keys(self) -> KeyState:
        """How the keys stand, fetched anew if that is due."""
        return await self._keys.state() if self._keys else KeyState(0, None, "neither JWKS_URL nor JWKS_FILE is set")

    async def _verified(self, token: str) -> Mapping[str, Any]:
        if len(token) > MAX_TOKEN_CHARACTERS:
            raise TokenRejected("malformed")
        try:
            header = jwt.get_unverified_header(token)
            algorithm, kid = header.get("alg"), header.get("kid")
            if algorithm not in self._settings.token_algorithms:
                raise TokenRejected("algorithm")
            if not kid:
                raise TokenRejected("no-kid")
            if self._keys is None:
                raise TokenRejected("unknown-key")
            claims: dict[str, Any] = jwt.decode(
                token,
                await self._keys.key(kid, algorithm),
                algorithms=[algorithm],
                audience=self._settings.token_audience,
                issuer=self._settings.token_issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except (jwt.PyJWTError, ValueError) as error:
            raise TokenRejected(reason_of(error)) from error
        check_kind(header, claims, self._settings.token_parties)
        return claims
