"""The commands of all services, each in a process of its own, as `python -m SERVICE …` runs them; but what they import
is imported once. A start of Python with all of it costs seconds, and a rehearsal asks for a dozen of commands.

`python -m tests.e2e.restore.commands` forks: it reads a command a line and answers with a line, both JSON.
"""

import gc
import json
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Self

from tiendo_local.services import SERVICES


class Commands:
    """Ready to run some, until the end of the block."""

    def __init__(self) -> None:
        words = [sys.executable, "-m", "tests.e2e.restore.commands"]
        self._forking = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._forking.communicate(timeout=30)

    def run(self, service: str, words: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str]:
        """Exit code and output of a command."""
        assert self._forking.stdin and self._forking.stdout
        self._forking.stdin.write(json.dumps([service, words, dict(environment)]) + "\n")
        self._forking.stdin.flush()
        code, said = json.loads(self._forking.stdout.readline())
        return int(code), str(said)


def _forked(service: str, words: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str]:
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        child = os.fork()
        if not child:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
            os.environ.clear()
            os.environ.update(environment)
            sys.argv[1:] = words
            runpy.run_module(service, run_name="__main__", alter_sys=True)
            sys.exit(0)
        _, status = os.waitpid(child, 0)
        output.seek(0)
        return os.waitstatus_to_exitcode(status), output.read()


def main() -> None:
    for service in SERVICES:
        import_module(f"{service}.__main__")
        del sys.modules[f"{service}.__main__"]  # it is run anew
    gc.freeze()
    for line in sys.stdin:
        print(json.dumps(_forked(*json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
