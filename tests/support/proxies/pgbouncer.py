"""PgBouncer in front of the PostgreSQL of the tests, with nothing configured but what deploy/README.md says."""

import os
import shutil
from pathlib import Path

from sqlalchemy.engine import make_url

from tiendo_local.servers.ports import Ports, answers
from tiendo_local.servers.postgres_binaries import needed_account
from tiendo_local.servers.process import Child

START_SECONDS = 20.0

CONFIGURATION = """\
[databases]
* = host=127.0.0.1 port={postgres}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
pool_mode = session
default_pool_size = 40
"""
TLS = """\
server_tls_sslmode = verify-full
server_tls_ca_file = {ca}
"""


def program() -> Path | None:
    found = shutil.which("pgbouncer", path=os.environ.get("PATH", "") + ":/usr/sbin")
    return Path(found) if found else None


class PgBouncer:
    def __init__(self, folder: Path, postgres: int, passwords: dict[str, str], ca: Path | None = None) -> None:
        """In front of the server on the port `postgres`, by TLS where `ca` signed its certificate."""
        self.port = Ports(folder / "ports.json").get("pgbouncer")
        self.child = Child("pgbouncer", folder / "pgbouncer.log", folder / "pgbouncer.pid.json")
        self.log = folder / "pgbouncer.log"
        self._account = needed_account()  # it refuses to run as root
        users, self._configuration = folder / "users.txt", folder / "pgbouncer.ini"
        users.write_text("".join(f'"{role}" "{password}"\n' for role, password in passwords.items()))
        self._configuration.write_text(
            CONFIGURATION.format(postgres=postgres, port=self.port, users=users) + (TLS.format(ca=ca) if ca else ""),
            encoding="utf-8",
        )

    def start(self) -> None:
        user, group = (self._account.uid, self._account.gid) if self._account else (None, None)
        self.child.start([str(program()), self._configuration], user=user, group=group)
        self.child.wait_until(lambda: answers(self.port), START_SECONDS, "listening")

    def url(self, url: str) -> str:
        """The same database by way of the pooler."""
        return make_url(url).set(port=self.port).render_as_string(hide_password=False)
