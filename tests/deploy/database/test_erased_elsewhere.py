"""A stock text is in many reports: what others have sent goes only when somebody says so, and never by a replay."""

from collections.abc import Callable
from pathlib import Path

import pytest

from shared.erasure.erase import LEFT, NOT_DONE, WELL, WRONG
from shared.erasure.words import label
from tests.deploy.database.erasing.command import FOR_THE_RECORD, Erasing
from tests.deploy.database.erasing.everywhere import everything, where
from tests.deploy.database.erasing.rows import ID, insert, report

STOCK = "Không"
REVIEW = {"act": "return", "decided_at": "2026-11-24T01:00Z", "role": "coordinator", "unit": "DAK_NONG"}


def told(there: Erasing, id_: str) -> object:
    return there.connection.execute("select narrative from submission where id = %s", [id_]).fetchone()


def test_what_others_have_sent_is_erased_only_on_request(
    erasing: Callable[[str], Erasing], capsys: pytest.CaptureFixture[str]
) -> None:
    there = erasing("submissions")
    named = report(there.connection, "a", "1", 2, {"difficulties": STOCK, "proposals": "Bà Mẫu"})
    own = report(there.connection, "b", "1", 3, {"difficulties": STOCK})
    others = report(there.connection, "c", "9", 1, {"difficulties": STOCK})
    review = insert(
        there.connection,
        "review",
        {**REVIEW, "id": ID.format("d"), "submission_id": others, "reason": STOCK, "trace_id": "t", "decided_by": "x"},
    )
    before = everything(there.connection)
    target, elsewhere = ("submission", named, "narrative", *FOR_THE_RECORD), f"obligation {ID.format(9)}"

    for words, code in (((), LEFT), (("--apply",), NOT_DONE)):
        assert there.run(*target, *words) == code
        out, err = capsys.readouterr()
        assert sorted(out.splitlines()) == sorted(
            [
                f"submission {named} narrative/difficulties: 5 characters",
                f"submission {named} narrative/proposals: 6 characters",
                f"submission {own} narrative/difficulties: 5 characters, the same words",
                f"submission {others} narrative/difficulties: 5 characters, the same words, of {elsewhere}",
                f"review {review} reason: 5 characters, the same words, of {elsewhere}",
            ]
        )
        assert ("not done, nothing is erased: 2 rows" in err) == ("--apply" in words)
        assert everything(there.connection) == before

    assert there.run("submission", named, "narrative/proposals", *FOR_THE_RECORD, "--apply") == WELL
    assert told(there, named) == ({"difficulties": STOCK, "proposals": label()},), "a part that is no stock text"
    assert there.run(*target, "--apply", "--copies-elsewhere") == WELL
    assert where(there.connection, STOCK) == set()


def test_a_replay_erases_what_its_lines_name_and_nothing_else(
    erasing: Callable[[str], Erasing], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A backup may have another text of this length under the id, which stands in other reports, too."""
    there, restored = erasing("submissions"), erasing("submissions")
    first = report(there.connection, "a", "1", 2, {"difficulties": "Bà Na"})
    assert there.run("submission", first, "narrative", *FOR_THE_RECORD, "--apply") == WELL
    capsys.readouterr()
    there.run("--list")
    evidence = capsys.readouterr().out
    named = report(restored.connection, "a", "1", 2, {"difficulties": STOCK})
    own = report(restored.connection, "b", "1", 3, {"difficulties": STOCK})
    others = report(restored.connection, "c", "9", 1, {"difficulties": STOCK})

    file = tmp_path / "erasures.jsonl"
    assert restored.again(file, evidence, "--apply", "--copies-elsewhere") == WRONG
    assert "--again: its lines say everything" in capsys.readouterr().err
    assert restored.again(file, evidence, "--apply") == WELL
    assert told(restored, named) == ({"difficulties": label()},)
    assert told(restored, own) == told(restored, others) == ({"difficulties": STOCK},)


def test_an_address_of_several_obligations_is_named_with_each(
    erasing: Callable[[str], Erasing], capsys: pytest.CaptureFixture[str]
) -> None:
    there = erasing("notifications")
    address = "mau@example.vn"
    there.connection.execute("update delivery set recipient = %s", [address])
    there.connection.execute("update contact_change set old_address = %s", [address])
    assert there.erase("delivery", "recipient") == NOT_DONE
    assert f", the same words, of contact_change {there.ids['contact_change']}" in capsys.readouterr().out
    target = ("delivery", there.ids["delivery"], "recipient", *FOR_THE_RECORD)
    assert there.run(*target, "--apply", "--copies-elsewhere") == WELL
    assert where(there.connection, address) == set()
