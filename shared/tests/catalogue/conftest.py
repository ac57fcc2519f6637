import filecmp
import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from shared.catalogue import PACKAGED_PLAN

from .plan_copy import PlanCopy


@pytest.fixture(scope="session")
def plan_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(PACKAGED_PLAN, tmp_path_factory.mktemp("plans") / "plan"))


@pytest.fixture
def plan_copy(plan_folder: Path) -> Iterator[PlanCopy]:
    """In the same place for every test, and whole again after it: what a test does not touch is not read again."""
    yield PlanCopy(plan_folder)
    names = [path.name for path in PACKAGED_PLAN.iterdir()]
    for extra in {path.name for path in plan_folder.iterdir()}.difference(names):
        (plan_folder / extra).unlink()
    _, changed, missing = filecmp.cmpfiles(PACKAGED_PLAN, plan_folder, names, shallow=False)
    for name in (*changed, *missing):
        (plan_folder / name).unlink(missing_ok=True)
        shutil.copy(PACKAGED_PLAN / name, plan_folder)


@pytest.fixture(scope="session")
def every_day() -> Callable[[date, date], list[date]]:
    """The days from first to last, both inclusive."""
    return lambda first, last: [first + timedelta(days=n) for n in range((last - first).days + 1)]
