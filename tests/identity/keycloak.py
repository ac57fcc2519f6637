"""Keycloak, where `make keycloak` has brought it: roles in `realm_access`, an audience by a mapper, keys by its API.

Its 180 MB and the minute that it makes itself ready in are more than a test should wait for.
"""

import shutil
from pathlib import Path
from typing import Any

import httpx

from tests.identity.client import CLIENTS, SECRET
from tests.identity.installing import HERE, brought, is_brought, run
from tests.identity.provider import Provider
from tests.identity.realm import realm
from tiendo_local.servers.kafka import java

POM = HERE / "keycloak.xml"
# What no test of ours asks for takes a fifth of each start.
BUILD = ("--db=dev-file", "--features-disabled=ciba,par,device-flow,kerberos,organization,impersonation,account,admin")
KEYS = "org.keycloak.keys.KeyProvider"


def is_built() -> bool:
    return is_brought("keycloak")


def build() -> Path:
    return brought("keycloak", POM, bring)


def bring(folder: Path) -> None:
    shutil.copy(POM, folder / "pom.xml")  # Maven writes beside it what it has unpacked
    run("mvn", "-q", "-B", "dependency:unpack-dependencies", "-DoutputDirectory=.", cwd=folder)
    run(*program(folder), "build", *BUILD, cwd=folder)


def program(folder: Path) -> list[str]:
    """What its own script (bin/kc.sh) starts, which would stand between us and the process.

    It lives too briefly for the second compiler.
    """
    (home,) = folder.glob("keycloak-*")
    packages = ("util", "util.concurrent", "security", "lang")
    return [
        str(java()), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m",
        f"-Dkc.home.dir={home}", f"-Djboss.server.config.dir={home}/conf",
        "-Djava.util.logging.manager=org.jboss.logmanager.LogManager", "-Dquarkus-log-max-startup-records=10000",
        "-Djava.util.concurrent.ForkJoinPool.common.threadFactory="
        "io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory",
        *(f"--add-opens=java.base/java.{name}=ALL-UNNAMED" for name in packages),
        "-cp", f"{home}/lib/quarkus-run.jar", "io.quarkus.bootstrap.runner.QuarkusEntryPoint",
    ]  # fmt: skip


class Keycloak(Provider):
    name = "keycloak"
    realm = "/realms/tiendo"
    _filled = False

    def start(self) -> None:
        if not self._filled:
            self._run()
            self.child.wait_until(lambda: self._is_up("/realms/master"), 120, "ready")
            self._ask("POST", "", realm(CLIENTS))
            self._filled = True
        else:
            super().start()

    def rotate(self) -> None:
        """Of several keys it signs with the one of the highest priority."""
        priority = 100 * (len(self._keys()) + 1)
        config = {"priority": [str(priority)], "algorithm": ["RS256"], "keySize": ["2048"]}
        component = {"name": f"key-{priority}", "providerId": "rsa-generated", "providerType": KEYS, "config": config}
        self._ask("POST", "/tiendo/components", component)

    def retire(self) -> None:
        for key in self._keys()[:-1]:
            self._ask("DELETE", f"/tiendo/components/{key['id']}")

    def _keys(self) -> list[dict[str, Any]]:
        """Those that can sign, by priority."""
        found = self._ask("GET", f"/tiendo/components?type={KEYS}").json()
        signing = [one for one in found if one["providerId"] == "rsa-generated"]
        return sorted(signing, key=lambda one: int(one["config"]["priority"][0]))

    def _run(self) -> None:
        self.child.start(
            [
                *program(build()), "start", "--optimized", "--cache=local",
                "--http-enabled=true", "--http-host=127.0.0.1", f"--http-port={self.port}",
                f"--hostname=http://127.0.0.1:{self.port}",
                f"--db-url=jdbc:h2:file:{self.folder}/h2/keycloak;NON_KEYWORDS=VALUE",
            ],
            env={"KC_BOOTSTRAP_ADMIN_USERNAME": "admin", "KC_BOOTSTRAP_ADMIN_PASSWORD": SECRET},
        )  # fmt: skip

    def _is_up(self, path: str) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=10).status_code == 200
        except httpx.HTTPError:
            return False

    def _ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Of its API for administrators."""
        here = f"http://127.0.0.1:{self.port}"
        form = {"grant_type": "password", "client_id": "admin-cli", "username": "admin", "password": SECRET}
        token = self._granted(f"{here}/realms/master/protocol/openid-connect/token", form)
        headers = {"Authorization": f"Bearer {token}"}
        answer = httpx.request(method, f"{here}/admin/realms{path}", json=body, headers=headers, timeout=60)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer


if __name__ == "__main__":
    print(build())
