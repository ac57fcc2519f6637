"""What the plants replace is there. That the suite finds them is shown by running it with `--plant`."""

import subprocess
import sys

import pytest

from tests.resilience.mutants import PLANTS
from tiendo_local.workspace import find


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("plant", PLANTS)
def test_a_plant_replaces_what_is_there(plant: str) -> None:
    code = f"from tests.resilience.mutants import PLANTS; PLANTS['{plant}']()"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, cwd=find().root)
