import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from shared.catalogue import PACKAGED_PLAN

from .plan_copy import PlanCopy


@pytest.fixture
def plan_copy(tmp_path: Path) -> PlanCopy:
    folder = tmp_path / "plan"
    shutil.copytree(PACKAGED_PLAN, folder)
    return PlanCopy(folder)


@pytest.fixture(scope="session")
def every_day() -> Callable[[date, date], list[date]]:
    """The days from first to last, both inclusive."""
    return lambda first, last: [first + timedelta(days=n) for n in range((last - first).days + 1)]
