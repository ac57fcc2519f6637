"""oidc-provider of npm, which the OpenID Foundation has certified: small, and it signs what its settings say."""

import json
import shutil
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from tests.identity.client import CLIENTS
from tests.identity.installing import HERE, brought, run
from tests.identity.provider import Provider

SOURCE = HERE / "oidc_provider"


def bring(folder: Path) -> None:
    shutil.copy(SOURCE / "package.json", folder)
    run("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", cwd=folder)


class NodeProvider(Provider):
    name = "oidc-provider"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._packages = brought(self.name, SOURCE / "package.json", bring)
        self._keys = [_private_jwk("key-1")]

    def rotate(self) -> None:
        """Its keys are settings: it is started again with new ones."""
        self._keys = [_private_jwk(f"key-{len(self._keys) + 1}"), *self._keys]
        self.restart()

    def retire(self) -> None:
        self._keys = self._keys[:1]
        self.restart()

    def _run(self) -> None:
        clients = [client.as_json() for client in CLIENTS]
        (self.folder / "clients.json").write_text(json.dumps(clients), encoding="utf-8")
        (self.folder / "keys.json").write_text(json.dumps(self._keys), encoding="utf-8")
        # Node looks for packages beside the module.
        program = shutil.copy(SOURCE / "provider.mjs", self._packages)
        self.child.start(["node", program, self.folder, str(self.port)])


def _private_jwk(kid: str) -> dict[str, Any]:
    key = ec.generate_private_key(ec.SECP256R1())
    jwk: dict[str, Any] = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key))
    return {**jwk, "kid": kid, "alg": "ES256", "use": "sig"}
