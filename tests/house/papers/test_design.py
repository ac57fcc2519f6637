"""The way of a report in docs/design.md 2.5 names files that are there."""

import re

import pytest

from tests.house.tracked import ROOT, text_of

SECTION = text_of("docs/design.md").split("### 2.5 ", 1)[1].split("\n## ", 1)[0]
STEPS = re.findall(r"^\| (\d+)\. [^|]+ \| (\w+) \| ([^|]+) \|$", SECTION, re.M)


def test_the_steps_are_numbered() -> None:
    assert [int(number) for number, *_ in STEPS] == list(range(1, len(STEPS) + 1)) and len(STEPS) > 5


@pytest.mark.parametrize(("number", "member", "files"), STEPS)
def test_the_files_of_a_step_are_there(number: str, member: str, files: str) -> None:
    folder = ROOT / ("shared" if member == "shared" else f"services/{member}") / "src" / member
    named = re.findall(r"`([^`]+)`", files)
    assert named
    assert not [name for name in named if not (folder / name).is_file()]
