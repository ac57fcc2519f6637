"""`python -m shared.catalogue check`."""

from pathlib import Path

import pytest

from shared.catalogue.__main__ import main

from .plan_copy import PlanCopy


def test_command_prints_faults_and_exits_with_one(plan_copy: PlanCopy, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(plan_copy.folder)]) == 0
    line = plan_copy.edit("indicators", 'op: "<"', 'op: "=<"')
    assert main(["check", str(plan_copy.folder)]) == 1
    printed = capsys.readouterr().out
    assert printed.startswith(f"{plan_copy.folder / 'indicators.yaml'}:{line}: bad_operator: ")


def test_command_refuses_what_is_no_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.yaml").write_text("hello: world\n", encoding="utf-8")
    assert main(["check", str(tmp_path / "notes.yaml"), str(tmp_path / "absent")]) == 1
    assert capsys.readouterr().out.count("not_a_plan") == 2
