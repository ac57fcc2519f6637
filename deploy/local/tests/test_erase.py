"""`tiendo erase SERVICE …` runs the command of the service as the owner of its tables."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.databases import owner_url
from tiendo_local.__main__ import main

WORDS = ["dead_letter", "7", "note", "--request", "12/2026", "--reason", "person-asked"]


@pytest.mark.usefixtures("outside")
@pytest.mark.parametrize("words", [["--list"], WORDS])
def test_it_comes_as_the_owner_and_needs_no_broker(
    database: Callable[..., str],
    migrated: Callable[[str], str],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    words: list[str],
) -> None:
    url = database("audit", template=migrated("audit"))
    state = {
        "databases": {"audit": url},
        "owner_databases": {"audit": owner_url(url)},
        "bootstrap": "127.0.0.1:1",
        "trustworthy_end_offsets": False,
    }
    (tmp_path / "state.json").write_text(json.dumps(state))
    code = main(["--local", str(tmp_path), "erase", "audit", *words])
    told = capfd.readouterr()
    assert (code, told.out, told.err) == (
        (0, "", "") if words == ["--list"] else (2, "", "dead_letter 7: there is no such row\n")
    )
