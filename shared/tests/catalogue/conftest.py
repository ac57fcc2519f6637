import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from shared.catalogue import PACKAGED_PLAN, Catalogue, CatalogueFault, check, load


class PlanCopy:
    """A copy of the packaged plan to break on purpose."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def edit(self, name: str, old: str, new: str) -> int:
        """Replace the first `old`; the line it stood on. Fails when there is none."""
        path = self.folder / f"{name}.yaml"
        text = path.read_text(encoding="utf-8")
        head, found, tail = text.partition(old)
        assert found, f"{old!r} is not in {name}.yaml"
        path.write_text(head + new + tail, encoding="utf-8")
        return head.count("\n") + 1

    def faults(self) -> list[CatalogueFault]:
        return check([self.folder])


@pytest.fixture
def plan_copy(tmp_path: Path) -> PlanCopy:
    folder = tmp_path / "plan"
    shutil.copytree(PACKAGED_PLAN, folder)
    return PlanCopy(folder)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load()


@pytest.fixture(scope="session")
def every_day() -> Callable[[date, date], list[date]]:
    """The days from first to last, both inclusive."""
    return lambda first, last: [first + timedelta(days=n) for n in range((last - first).days + 1)]
