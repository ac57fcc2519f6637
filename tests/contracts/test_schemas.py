"""The published contracts are those of the code, and yesterday's events are read by today's code."""

from difflib import unified_diff
from itertools import islice
from pathlib import Path

import pytest

from shared.events import DATA_TYPES, parse

from .schemas import FOLDER, documents

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.json"))


def test_snapshots_are_those_of_the_code() -> None:
    made = documents()
    stale = [name for name, text in made.items() if not (FOLDER / name).exists() or (FOLDER / name).read_text() != text]
    assert not stale, "\n".join(
        [
            f"run `.venv/bin/python -m tests.contracts.schemas` and look at what changed in {stale}:",
            *islice(unified_diff((FOLDER / stale[0]).read_text().splitlines(), made[stale[0]].splitlines()), 30),
        ]
    )
    kept = {str(p.relative_to(FOLDER)) for p in FOLDER.rglob("*") if p.is_file()}
    assert kept == set(made)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda p: p.stem)
def test_archived_samples_are_read(sample: Path) -> None:
    event = parse(sample.read_bytes())
    assert event.type == sample.stem
    assert parse(event.to_bytes()) == event


def test_every_type_has_an_archived_sample() -> None:
    assert {p.stem for p in SAMPLES} == set(DATA_TYPES)
