"""CONTRIBUTING.md is true: what it names is there, and its examples do what it says."""

import re
import shutil
from pathlib import Path
from textwrap import dedent
from unittest.mock import patch

from shared.catalogue import PACKAGED_PLAN, check, load
from shared.events import DATA_TYPES, EventData, submission
from tests.contracts.counterparts import missing
from tiendo_local.demo.illustration import Illustration

from .tracked import ROOT, text_of

TEXT = text_of("CONTRIBUTING.md")
BLOCK = re.compile(r"^(?P<indent> *)```(?P<language>\w+)\n(?P<body>.*?)^(?P=indent)```$", re.M | re.S)
PROSE = BLOCK.sub("", TEXT)


def blocks(language: str) -> list[str]:
    return [dedent(block["body"]) for block in BLOCK.finditer(TEXT) if block["language"] == language]


def test_every_path_that_it_names_is_there() -> None:
    """`<name>` stands for any: a file of that kind must be there."""
    named = {path for path in re.findall(r"`([\w.<>-]+/[\w./<>-]*)`", PROSE)} | set(re.findall(r"\]\(([^)#]+)", PROSE))
    assert len(named) > 30
    absent = [path for path in sorted(named) if not any(ROOT.glob(re.sub(r"<\w+>", "*", path).rstrip("/")))]
    assert not absent


def test_every_target_that_it_names_is_in_the_makefile() -> None:
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", TEXT, re.M))
    assert named >= {"install", "lint", "test", "test-fast"}
    assert named <= set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.M))


def plan_with(folder: Path, names: set[str]) -> Path:
    """A copy of the packaged plan with those of the page's blocks at the end of their files."""
    shutil.copytree(PACKAGED_PLAN, folder)
    for block in blocks("yaml"):
        title, _, body = block.partition("\n")
        name = title.removeprefix("# ")
        if name in names:
            file = folder / name
            file.write_text(file.read_text("utf-8") + body, "utf-8")
    return folder


def test_its_indicator_passes_the_catalogue_check(tmp_path: Path) -> None:
    folder = plan_with(tmp_path / "plan", {"elements.yaml", "forms.yaml", "indicators.yaml"})
    assert not check([folder])
    added = load(folder)
    assert added.indicators.keys() - load().indicators.keys() == {"6.5"}
    assert added.forms.keys() - load().forms.keys() == {"B90-TH"}


def test_its_indicator_has_figures_in_the_demo(tmp_path: Path) -> None:
    added = load(plan_with(tmp_path / "plan", {"elements.yaml", "forms.yaml", "indicators.yaml"}))
    unit, invented = added.unit("SO_NOI_VU"), Illustration(added)
    clubs, villages = (invented.value(unit, f.element, None, 2026, None) for f in added.forms["B90-TH"].fields)
    assert 0 < clubs < villages


def test_an_indicator_that_no_form_collects_is_told_as_it_says(tmp_path: Path) -> None:
    faults = check([plan_with(tmp_path / "plan", {"elements.yaml", "indicators.yaml"})])
    assert "not_collected" in {fault.code for fault in faults}


def test_its_event_lacks_just_what_it_lists() -> None:
    (code,), (listed,) = blocks("python"), blocks("text")
    with patch.dict(DATA_TYPES):
        known = set(DATA_TYPES)
        names = dict(vars(submission))
        exec(compile(code, "CONTRIBUTING.md", "exec"), names)
        (added,) = set(DATA_TYPES) - known
        model: type[EventData] = DATA_TYPES[added]
        assert model.topic == submission.ObligationEvent.topic
        assert missing(model) == listed.splitlines()
