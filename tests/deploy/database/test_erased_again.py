"""A backup of before an erasure holds the words again: they are erased once more from the evidence, no others."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog

from shared.erasure.erase import LEFT, WELL, WRONG
from tests.deploy.database.erasing.command import Erasing
from tests.deploy.database.erasing.everywhere import everything, where
from tests.deploy.database.erasing.rows import ID, words_of


def test_a_restored_database_is_erased_again_from_the_evidence(
    erasing: Callable[[str], Erasing], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there, restored = erasing("submissions"), erasing("submissions")
    assert there.erase("submission", "narrative", "observations") == WELL
    capsys.readouterr()
    assert there.run("--list") == WELL
    printed = capsys.readouterr().out
    with structlog.testing.capture_logs() as logs:
        assert there.erase("review", "reason") == WELL
    [line] = [line for line in logs if line["event"] == "security.words-erased"]
    capsys.readouterr()
    assert "Mẫu" not in printed
    later = json.dumps({**json.loads(printed.splitlines()[0]), "row": ID.format(0)})
    (tmp_path / "erasures.jsonl").write_text(f"{printed}{json.dumps(line)}\n{later}\n", encoding="utf-8")
    again = ("--again", str(tmp_path / "erasures.jsonl"))

    assert restored.run(*again) == LEFT
    assert f"submission {ID.format(0)}: there is no such row" in capsys.readouterr().out, "made after the backup"
    assert restored.run(*again, "--apply") == WELL
    assert restored.run(*again) == WELL, "nothing is left"
    for table, column in (("submission", "narrative"), ("submission", "observations"), ("review", "reason")):
        assert where(restored.connection, words_of(table, column)) == set()
    assert where(restored.connection, words_of("submission", "reason"))


def test_a_row_that_got_the_number_of_an_erased_one_is_left_alone(
    erasing: Callable[[str], Erasing], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Dead letters and changes of addresses are counted, and a restored database counts on from before."""
    there, restored = erasing("audit"), erasing("audit")
    assert there.erase("dead_letter", "note") == WELL
    capsys.readouterr()
    there.run("--list")
    (tmp_path / "erasures.jsonl").write_text(capsys.readouterr().out, encoding="utf-8")
    restored.connection.execute("update dead_letter set note = 'Một bản ghi khác'")
    before = everything(restored.connection)
    assert restored.run("--again", str(tmp_path / "erasures.jsonl"), "--apply") == LEFT
    assert "another text stands there now: left alone" in capsys.readouterr().out
    assert everything(restored.connection) == before


def test_lines_that_are_no_evidence_are_told_with_their_number(
    erasing: Callable[[str], Erasing], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = {"table": "review", "row": "1", "column": "act", "characters": 1, "request": "a b", "reason": "person-asked"}
    (tmp_path / "lines").write_text(f"x\n\n{{}}\n{json.dumps(told)}\n[]\n", encoding="utf-8")
    assert erasing("submissions").run("--again", str(tmp_path / "lines"), "--apply") == WRONG
    assert capsys.readouterr().err.splitlines() == [
        "line 1: not as `--list` prints it",
        "line 3: not as `--list` prints it",
        "line 4: --request: the number of the file or an opaque id, as 12/BVDL; no name, no blank",
        "line 5: not as `--list` prints it",
        "column review.act: not erased on request; these are: reason",
    ]
