"""A provider of others as a process of its own, spoken to as OpenID Connect says: by its discovery."""

import signal
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import httpx

from tests.identity.client import Client
from tiendo_local.servers.ports import Ports
from tiendo_local.servers.process import Child

START_SECONDS = 120


class Provider(ABC):
    """Its port and its data stay over a kill and a new start."""

    name: str
    realm = ""
    """The path of its issuer."""

    def __init__(self, folder: Path) -> None:
        """`folder` is its own."""
        self.folder = folder
        self.port = Ports(folder / "ports.json").get(self.name)
        self.child = Child(self.name, folder / f"{self.name}.log", folder / f"{self.name}.pid.json")

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.realm}"

    def start(self) -> None:
        self._run()
        self.child.wait_until(self._answers, START_SECONDS, "ready")

    def kill(self) -> None:
        """As a crash would: nobody listens there any more."""
        self.child.kill()

    def restart(self) -> None:
        self.child.stop((signal.SIGTERM, 10), (signal.SIGKILL, 10))
        self.start()

    def discovery(self) -> dict[str, Any]:
        answer = httpx.get(f"{self.issuer}/.well-known/openid-configuration", timeout=30)
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    def token(self, client: Client) -> str:
        """A new one each time (RFC 6749 section 4.4)."""
        form = {"grant_type": "client_credentials", "client_id": client.id, "client_secret": client.secret}
        return self._granted(self.discovery()["token_endpoint"], form)

    @abstractmethod
    def rotate(self) -> None:
        """From now on it signs with a new key. The one before can still be had."""

    @abstractmethod
    def retire(self) -> None:
        """Take out the keys that it signs with no longer."""

    @abstractmethod
    def _run(self) -> None:
        """Start the process."""

    def _granted(self, address: str, form: dict[str, str]) -> str:
        answer = httpx.post(address, data=form, timeout=30)
        assert answer.status_code == 200, f"{self.name}: {answer.status_code} {answer.text}\n{self.child.tail()}"
        return str(answer.json()["access_token"])

    def _answers(self) -> bool:
        try:
            return bool(self.discovery()["issuer"] == self.issuer)
        except httpx.HTTPError:
            return False
