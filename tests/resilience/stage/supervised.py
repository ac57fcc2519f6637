"""Processes that are started again when they end, as Kubernetes would; unless somebody holds them down."""

import signal
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import psutil

from tiendo_local.console import LocalFault
from tiendo_local.servers.process import Child

RESTART_SECONDS = 1.0
LOOK_SECONDS = 0.1

Start = Callable[[], None]


@dataclass(frozen=True)
class Ended:
    """A process that ended and was started again. `asked`: by a signal of ours, not by itself."""

    name: str
    code: int | None
    asked: bool


@dataclass
class Supervised:
    """One process. `start` starts it and may wait until it listens."""

    child: Child
    start: Start
    held: bool = False
    asked: bool = False
    starting: bool = False
    ended_at: float | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)


class Supervisor:
    """Watches in a thread of its own. All methods may be called from any thread."""

    def __init__(self) -> None:
        self.ended: list[Ended] = []
        self._all: dict[str, Supervised] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._pool = ThreadPoolExecutor(16, thread_name_prefix="restart")

    @property
    def processes(self) -> Mapping[str, Child]:
        return {name: one.child for name, one in self._all.items()}

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Start nothing any more; what runs goes on running."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(10)
        self._pool.shutdown(wait=True, cancel_futures=True)

    def add(self, name: str, child: Child, start: Start) -> None:
        self._all[name] = Supervised(child, start)

    def retire(self, name: str, seconds: float) -> int | None:
        """As `terminate`, and it is not started again."""
        self._all[name].held = True
        code = self.terminate(name, seconds)
        self._all.pop(name)
        return code

    def kill(self, name: str, *, hold: bool = False) -> None:
        """SIGKILL. With `hold` it stays down until `release`."""
        one = self._all[name]
        with one.lock:
            one.held, one.asked = hold, True
            one.child.kill()

    def release(self, name: str) -> None:
        self._all[name].held = False

    def terminate(self, name: str, seconds: float) -> int | None:
        """SIGTERM; the exit code, or None when it did not end in time (it is then killed). It is started again."""
        one = self._all[name]
        with one.lock:
            one.asked = True
            one.child.stop((signal.SIGTERM, seconds))
            code = one.child.process.poll() if one.child.process else None
            if code is None:
                one.child.kill()
            return code

    def pause(self, name: str) -> None:
        self._signal(name, signal.SIGSTOP)

    def resume(self, name: str) -> None:
        self._signal(name, signal.SIGCONT)

    def down(self) -> list[str]:
        """Names of those that do not run, or are being started."""
        return [name for name, one in self._all.items() if one.starting or not one.child.alive]

    def _signal(self, name: str, number: signal.Signals) -> None:
        """To the process and everything it started: PostgreSQL's backends are sessions of their own."""
        child = self._all[name].child
        if not child.alive:
            return
        try:
            parent = psutil.Process(child.pid)
            for process in (parent, *parent.children(recursive=True)):
                process.send_signal(number)
        except psutil.NoSuchProcess:
            return

    def _watch(self) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            now = time.monotonic()
            for name, one in list(self._all.items()):
                if one.starting or one.child.alive:
                    continue
                if one.ended_at is None:
                    one.ended_at = now
                    code = one.child.process.returncode if one.child.process else None
                    self.ended.append(Ended(name, code, one.asked))
                if not one.held and now - one.ended_at >= RESTART_SECONDS:
                    one.starting = True
                    self._pool.submit(self._restart, one)

    def _restart(self, one: Supervised) -> None:
        try:
            with one.lock:
                one.asked, one.ended_at = False, None
                one.start()
        except LocalFault:  # it ended again, or does not answer yet because of another fault
            pass
        finally:
            one.starting = False
