"""Tools of others are installed whole, or not at all."""

from pathlib import Path

import pytest

from tests.interop.installation import installed


def test_an_installation_that_broke_off_is_made_anew(tmp_path: Path) -> None:
    source, folder, made = tmp_path / "requirements.txt", tmp_path / "python", []
    source.write_text("one==1")

    def install(where: Path) -> None:
        made.append([file.name for file in where.iterdir()])
        (where / "bin").write_text("half")
        if len(made) == 1:
            raise RuntimeError("the network is away")
        (where / "lib").write_text("whole")

    with pytest.raises(RuntimeError):
        installed(folder, [source], install)
    for _ in range(2):
        assert (installed(folder, [source], install) / "lib").exists()
    assert made == [[], []], "anew after the failure, and then no more"


def test_what_was_made_from_something_else_is_made_anew(tmp_path: Path) -> None:
    source, made = tmp_path / "requirements.txt", []
    for text in ("one==1", "one==1", "one==2"):
        source.write_text(text)
        installed(tmp_path / "python", [source], lambda _: made.append(source.read_text()))
    assert made == ["one==1", "one==2"]
