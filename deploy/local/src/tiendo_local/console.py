"""The error every part of the local runner raises; `tiendo` prints its text and ends with 1."""

import contextlib
import sys
from collections.abc import Callable


class LocalFault(Exception):
    """Something on this machine is in the way. The text says what, where, and what to do."""


Say = Callable[[str], None]


def say(line: str) -> None:
    """Print one line at once: `tiendo up` is often piped."""
    # Whoever read our output may have gone, or the terminal; that must not keep us from stopping what we started.
    with contextlib.suppress(OSError):
        print(line, flush=True)


def say_error(line: str) -> None:
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr, flush=True)
