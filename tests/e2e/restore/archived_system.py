"""A system whose PostgreSQL is archived and restored by the shipped scripts: all four databases at once."""

from concurrent.futures import ThreadPoolExecutor

from tests.deploy.database.archived_postgres import Archive, ArchivedPostgres
from tests.e2e.restore.commands import Commands
from tests.e2e.restore.recovery_point import Counts, count
from tests.e2e.restore.system_databases import SystemDatabases
from tiendo_local import services
from tiendo_local.services import SERVICES, owner_url_variable
from tiendo_local.system import STOP, System

# What tells of a database that went back: its group has read on, or, where nothing is read, its relay has sent on.
SIDES = {"audit": "consumer", "submissions": "relay", "aggregation": "consumer", "notifications": "consumer"}


class ArchivedSystem(SystemDatabases):
    """To be made before the system starts."""

    def __init__(self, system: System, archive: Archive, commands: Commands) -> None:
        super().__init__(system, commands)
        self.postgres = ArchivedPostgres(system.postgres, archive)

    def counts(self) -> dict[str, Counts]:
        return {service: count(self, service) for service in SERVICES}

    def archive_all(self) -> None:
        """Stands for the minute of `archive_timeout`."""
        self.postgres.wait_archived(str(self.postgres.ask("select pg_walfile_name(pg_switch_wal())")))

    def lose_disk(self) -> None:
        """While everything runs; then what is left is stopped."""
        self.postgres.lose()
        self._stop()

    def set_aside(self) -> None:
        """As the runbook says, where the disk is not new."""
        self._stop()
        self.postgres.server.stop()
        self.postgres.server.data.rename(self.postgres.server.data.with_suffix(".lost"))

    def restore(self, *instant: str) -> None:
        """By the runbook, up to the "f"."""
        self.postgres.restore(*instant)
        self.postgres.start()

    def go_on(self) -> None:
        """As `docker compose up` does, but for the migrations, which find nothing to do."""
        for service in SERVICES:
            self.system.restart(service, until_ready=False)
        for service in SERVICES:
            services.wait_ready(self.system.services[service], self.system.urls[service])

    def all_noticed(self) -> None:
        for service, side in SIDES.items():
            self.noticed(service, side)

    def heal(self) -> None:
        """In the order of the runbook."""
        for service in SIDES:
            command = "reconcile" if service == "submissions" else "rewind"
            code, said = self.command_as_owner(service, command, "--apply")
            assert code == 0, said
        for service in SIDES:
            self.healed(service)

    def rebuilt_equal(self, origin: str) -> None:
        """The figures computed anew are those that stand there."""
        told = {
            owner_url_variable("aggregation"): self.system.owner_databases["aggregation"],
            "AUDIT_URL": self.system.urls["audit"],
            "AUDIT_TOKEN": self.system.issuer.token("auditor", "DAK_NONG"),
        }
        code, said = self.command("aggregation", "replay", f"--from-{origin}", **told)
        assert code == 0, said

    def _stop(self) -> None:
        with ThreadPoolExecutor(len(SERVICES)) as pool:
            list(pool.map(lambda service: self.system.services[service].stop(*STOP), SERVICES))
