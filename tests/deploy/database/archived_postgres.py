"""A PostgreSQL that archives as docker-compose.yml tells it to, by the scripts that it mounts; its disk can be lost."""

import os
import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import yaml

from tiendo_local.servers.postgres import Postgres
from tiendo_local.servers.postgres_binaries import find_binaries, needed_account

ROOT = Path(__file__).resolve().parents[3]
COMMAND: list[str] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]["postgres"]["command"]
OF_ARCHIVING = ("-carchive_mode=", "-carchive_timeout=", "-carchive_command=", "-ccheckpoint_timeout=")
# In files of its own: a killed server leaves them in the machine's memory else.
IN_FILES = "dynamic_shared_memory_type=mmap"
WAIT_SECONDS, STOPPED_SECONDS = 60.0, 10.0


class Archive:
    """Where base backups and WAL lie: on a disk of another machine, which is not lost with the server's."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scripts = folder / "scripts"  # a checkout may be closed to the account that runs PostgreSQL
        shutil.copytree(ROOT / "deploy/postgres", self.scripts)
        for name in ("wal", "base"):
            (folder / name).mkdir()
        give(folder)

    @property
    def bases(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "base").iterdir())

    @property
    def segments(self) -> set[str]:
        return {path.stem for path in (self.folder / "wal").glob("*.gz")}

    def settings(self, **changed: str) -> tuple[str, ...]:
        """What compose tells PostgreSQL of it, at places of this machine; by name what this test tells instead."""
        told = dict(word.removeprefix("-c").split("=", 1) for word in COMMAND if word.startswith(OF_ARCHIVING))
        assert len(told) == 4
        places = {
            "/etc/tiendo-postgres": str(self.scripts),
            "/var/backup": str(self.folder),
            "${ARCHIVE_MODE:-on}": "on",
        }
        for there, here in places.items():
            told = {name: value.replace(there, here) for name, value in told.items()}
        return tuple(f"{name}={value}" for name, value in (told | changed).items())


class ArchivedPostgres:
    def __init__(self, server: Postgres, archive: Archive, **changed: str) -> None:
        self.server = server
        self._archive = archive
        self.tell(**changed)

    def tell(self, **changed: str) -> None:
        """From its next start on."""
        self.server.options = (*self._archive.settings(**changed), IN_FILES)

    def start(self) -> None:
        """Until it takes writes: after a restore it answers questions already while it goes through the WAL."""
        self.server.start()
        self.wait(lambda: self.ask("select pg_is_in_recovery()") is False, "taking writes")

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        self.server.child.wait_until(condition, WAIT_SECONDS, what)

    def ask(self, question: str, database: str = "postgres") -> object:
        with self.server.admin(database) as connection:
            row = connection.execute(question).fetchone()
        assert row is not None
        return row[0]

    def wait_archived(self, segment: str) -> None:
        self.wait(lambda: segment in self._archive.segments, f"archiving {segment}")

    def wait_archived_more(self) -> None:
        there = self._archive.segments
        self.wait(lambda: self._archive.segments > there, "archiving another segment")

    def back_up(self, keep: int = 7) -> str:
        return self._script("backup.sh", KEEP=str(keep))

    def restore(self, *instant: str) -> str:
        """Into an empty folder, as a new disk is."""
        self.server.data.mkdir(parents=True)
        give(self.server.data)
        return self._script("restore.sh", *instant)

    def lose(self) -> None:
        """All its processes end at once, and its data are gone."""
        shared_memory = (self.server.data / "postmaster.pid").read_text().split("\n")[6].split()[1]
        main = psutil.Process(self.server.child.pid)
        processes = [main, *main.children(recursive=True)]
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.server.child.kill()
        _, alive = psutil.wait_procs(processes, STOPPED_SECONDS)
        assert not alive
        shutil.rmtree(self.server.data)
        # What a machine forgets with its processes, this one does not.
        subprocess.run(["ipcrm", "-m", shared_memory], check=True, capture_output=True, timeout=10)

    def _script(self, name: str, *words: str, **told: str) -> str:
        """As the account that runs PostgreSQL. Answers what it said."""
        account = needed_account()
        programs = find_binaries(account, self.server.data.parent).folder
        done = subprocess.run(
            ["sh", str(self._archive.scripts / name), *words],
            env={
                "PATH": f"{programs}:{os.environ['PATH']}",
                "PGHOST": "127.0.0.1",
                "PGPORT": str(self.server.port),
                "PGPASSWORD": str(urlsplit(self.server.url("postgres")).password),
                "PGDATA": str(self.server.data),
                "BACKUP": str(self._archive.folder),
                **told,
            },
            cwd=self._archive.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            **account.identity if account else {},
        )
        assert done.returncode == 0, done.stdout + done.stderr + self.server.child.tail()
        return str(done.stdout).strip()


def give(folder: Path) -> None:
    """What root made belongs to the account that runs PostgreSQL instead."""
    if account := needed_account():
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, account.uid, account.gid)
