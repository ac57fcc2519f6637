"""A process of the local system: started in its own session, logged to a file, stopped by its own id."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tiendo_local.console import LocalFault
from tiendo_local.workspace import read_json, write_json

LOG_LIMIT = 20 * 1024 * 1024


class Child:
    """One child process. `log` gets its output, `record` its id, so that a later run can end a leftover."""

    def __init__(self, name: str, log: Path, record: Path | None = None) -> None:
        self.name = name
        self.log = log
        self.record = record
        self.process: subprocess.Popen[bytes] | None = None

    def start(
        self,
        arguments: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        user: int | None = None,
        group: int | None = None,
    ) -> None:
        """Run `arguments`. The new session keeps the terminal's Ctrl-C from reaching it before us.

        Raises RuntimeError while the process of an earlier start is alive: nobody would end that one.
        """
        if self.alive:
            raise RuntimeError(f"{self.name} is running already: stop it first")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_name(self.log.name + ".1"))
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [str(a) for a in arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(env) if env is not None else None,
                cwd=cwd,
                start_new_session=True,
                user=user,
                group=group,
                extra_groups=[] if user is not None else None,
            )
        if self.record is not None:
            write_json(self.record, {"pid": self.process.pid, "born": born(self.process.pid)})

    @property
    def pid(self) -> int:
        if self.process is None:
            raise LocalFault(f"{self.name} was not started.")
        return self.process.pid

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def tail(self, lines: int = 20) -> str:
        """The last lines of the log, at most 8 KiB."""
        try:
            with self.log.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - 8192))
                text = file.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return ""
        return "\n".join(text.splitlines()[-lines:])

    def wait_until(self, ready: Callable[[], bool], seconds: float, what: str) -> None:
        """Poll `ready` until it holds. Raises LocalFault with the log's end when the child dies or time is up."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.alive:
                code = self.process.returncode if self.process else None
                raise LocalFault(f"{self.name} ended with {code} before {what}. Its log ends:\n{self.tail()}")
            if time.monotonic() > deadline:
                raise LocalFault(f"{self.name}: not {what} in {seconds:.0f} s. Its log ends:\n{self.tail()}")
            time.sleep(0.05)

    def stop(self, *steps: tuple[signal.Signals, float]) -> None:
        """Send each signal in turn and wait its seconds, until the process has ended."""
        if self.process is not None:
            for number, seconds in steps:
                if not self.alive:
                    break
                self.process.send_signal(number)
                try:
                    self.process.wait(seconds)
                except subprocess.TimeoutExpired:
                    continue
        if not self.alive:
            self.forget()

    def kill(self) -> None:
        """SIGKILL, as a crash would; for tests, and for what keeps nothing."""
        self.stop((signal.SIGKILL, 10))

    def forget(self) -> None:
        if self.record is not None:
            self.record.unlink(missing_ok=True)


def born(pid: int) -> str:
    """When `pid` was started, as text to compare; empty if there is no such process. Ids are used again."""
    stat = Path(f"/proc/{pid}/stat")
    if stat.parent.parent.joinpath("self").exists():
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if fields[0] == "Z" else fields[19]
    done = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def end_leftover(record: Path, *steps: tuple[signal.Signals, float]) -> bool:
    """End the process that an earlier run recorded in `record` and was killed before stopping.

    Only if it is still the same process (same id, same time of birth). True if one was ended.
    """
    found = read_json(record)
    pid, when = found.get("pid"), found.get("born")
    record.unlink(missing_ok=True)
    if not isinstance(pid, int) or not when or born(pid) != when:
        return False
    for number, seconds in steps:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return True
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if born(pid) != when:
                return True
            time.sleep(0.05)
    return True
