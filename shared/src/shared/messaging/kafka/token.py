"""Bearer tokens for OAUTHBEARER: of a file that somebody renews, or by client credentials (RFC 6749, section 4.4)."""

import asyncio
import time
from pathlib import Path

import httpx
from aiokafka.abc import AbstractTokenProvider

from shared.settings import KafkaSettings
from shared.settings.secret_file import read_secret

ASK_SECONDS = 10.0
SPARE = 0.8  # of its life a token is used for


class TokenRefused(ConnectionError):
    """The provider gave no token. An OSError, so that the clients try again."""


class FileToken(AbstractTokenProvider):  # type: ignore[misc]
    """Read at every connection."""

    def __init__(self, file: Path) -> None:
        self._file = file

    async def token(self) -> str:
        """Raises OSError."""
        return read_secret(self._file).get_secret_value()


class ClientCredentialsToken(AbstractTokenProvider):  # type: ignore[misc]
    """One token for all connections of a client, asked for anew before it ends."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._asking = asyncio.Lock()
        self._token = ""
        self._until = 0.0

    async def token(self) -> str:
        """Raises TokenRefused."""
        async with self._asking:
            if time.monotonic() >= self._until:
                await self._ask()
            return self._token

    async def _ask(self) -> None:
        settings = self._settings
        form = {"grant_type": "client_credentials"}
        if settings.kafka_token_scope:
            form["scope"] = settings.kafka_token_scope
        begun = time.monotonic()
        try:
            async with httpx.AsyncClient(timeout=ASK_SECONDS) as client:
                answer = await client.post(
                    str(settings.kafka_token_url),
                    data=form,
                    auth=(settings.kafka_username or "", settings.kafka_secret()),
                )
        except httpx.HTTPError as error:
            raise TokenRefused(f"KAFKA_TOKEN_URL does not answer: {type(error).__name__}") from error
        try:
            given = answer.raise_for_status().json()
            self._token = str(given["access_token"])
            self._until = begun + SPARE * float(given.get("expires_in", 60))
        except (httpx.HTTPStatusError, ValueError, KeyError, TypeError) as error:
            raise TokenRefused(f"KAFKA_TOKEN_URL gave no token: HTTP {answer.status_code}") from error


def token_provider(settings: KafkaSettings) -> AbstractTokenProvider:
    file = settings.kafka_token_file
    return FileToken(file) if file else ClientCredentialsToken(settings)
