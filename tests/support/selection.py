"""Which tests need no server: they run alone in seconds (`make test-fast`), and none of them may cheat.

A test says what it needs by its fixtures. One that asks for none of `OUTSIDE`, not even through another fixture, is
marked `fast`; while it runs, the interpreter refuses to start a process and to open a port or a connection.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

# Fixtures that start or reach something beside this process. `outside` is for tests that do so themselves.
OUTSIDE = {"outside", "run_folder", "server_folder"}
OWN_SERVERS = {"server_folder"}
# Seconds to make, and `system` there can be only one of, for its ports: what asks for one runs in the same worker. What
# asks for several goes with the first of them: in a group of its own it would start a second system.
DEAR = ("system", "own_broker", "secured", "identity_provider", "image", "browser")
REFUSED = {"subprocess.Popen", "os.system", "os.exec", "os.fork", "os.posix_spawn", "socket.bind", "socket.connect"}

_guarded = ""  # the fast test that is running


def needs_of(item: pytest.Item) -> set[str]:
    return set(getattr(item, "fixturenames", ()))


def mark(items: list[pytest.Item]) -> None:
    for item in items:
        needs = needs_of(item)
        if not needs & OUTSIDE:
            item.add_marker("fast")
        if dear := next((one for one in DEAR if one in needs), None):
            item.add_marker(pytest.mark.xdist_group(dear))


def order_for_workers(items: list[pytest.Item]) -> None:
    """Long tests first, with servers of their own; the fast ones last, so that all workers end together."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    if item.get_closest_marker("fast"):
        return 2
    needs = needs_of(item)
    return 0 if needs & OWN_SERVERS else 1


@contextmanager
def guard(item: pytest.Item) -> Iterator[None]:
    """Refuse what no fast test may do, for as long as `item` runs."""
    global _guarded  # noqa: PLW0603  # an audit hook lives as long as the process and takes no argument
    _guarded = item.nodeid if item.get_closest_marker("fast") else ""
    try:
        yield
    finally:
        _guarded = ""


def _refuse(event: str, _: object) -> None:
    if _guarded and event in REFUSED:
        raise RuntimeError(
            f"{event} in {_guarded}, which asks for no fixture that needs it. Servers come from fixtures; "
            'a test that starts something itself says so: @pytest.mark.usefixtures("outside").'
        )


sys.addaudithook(_refuse)
