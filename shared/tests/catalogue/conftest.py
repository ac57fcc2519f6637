import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from shared.catalogue import PACKAGED_PLAN

from .plan_copy import PlanCopy


@pytest.fixture(scope="session")
def plan_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("plans") / "plan"


@pytest.fixture
def plan_copy(plan_folder: Path) -> PlanCopy:
    """In the same place for every test: what a test does not touch is not read again."""
    shutil.rmtree(plan_folder, ignore_errors=True)
    shutil.copytree(PACKAGED_PLAN, plan_folder)
    return PlanCopy(plan_folder)


@pytest.fixture(scope="session")
def every_day() -> Callable[[date, date], list[date]]:
    """The days from first to last, both inclusive."""
    return lambda first, last: [first + timedelta(days=n) for n in range((last - first).days + 1)]
