"""The papers of the house agree with each other and with what is installed."""

import configparser
import re
import tomllib
from importlib.metadata import distribution

import pytest
import yaml

from tests.house.tracked import text_of, tracked

MEMBERS = [path for path in tracked() if path.endswith("pyproject.toml")]
COPYLEFT = re.compile(r"\bA?GPL|GNU (?:Affero )?General Public")


def test_every_package_says_the_licence_of_the_repository() -> None:
    assert len(MEMBERS) == 7
    said = {path: tomllib.loads(text_of(path))["project"].get("license") for path in MEMBERS}
    assert said == dict.fromkeys(MEMBERS, "Apache-2.0")


def test_the_licence_is_the_unchanged_text() -> None:
    text = text_of("LICENSE")
    assert text.split("\n")[1:3] == [f"{' ' * 33}Apache License", f"{' ' * 27}Version 2.0, January 2004"]
    assert re.findall(r"^   (\d)\. ", text, re.M) == list("123456789")
    assert "END OF TERMS AND CONDITIONS" in text and text.rstrip().endswith("limitations under the License.")


def licence_of(package: str) -> str:
    """What a package says of its licence, in words: expression, free text (first line) and classifiers."""
    said = distribution(package).metadata
    free = [text.split("\n")[0] for text in said.get_all("License") or []]
    return " ".join([*(said.get_all("License-Expression") or []), *free, *(said.get_all("Classifier") or [])])


def test_nothing_installed_is_under_a_licence_that_forbids_ours() -> None:
    locked = re.findall(r"^([a-z0-9._-]+)==\S+(?: ; (.*?))? \\$", text_of("requirements.lock"), re.M)
    assert len(locked) > 50
    refused = {name for name, marker in locked if not marker and is_copyleft(licence_of(name))}
    assert not refused, f"{refused}: docs/decisions/0014"


def is_copyleft(said: str) -> bool:
    return bool(COPYLEFT.search(said.replace("LGPL", "").replace("Lesser General Public", "")))


@pytest.mark.parametrize(
    ("said", "refused"),
    [
        ("GPL-3.0-only", True),
        ("License :: OSI Approved :: GNU Affero General Public License v3", True),
        ("AGPL-3.0-or-later", True),
        ("LGPL-3.0-only", False),
        ("MIT", False),
    ],
)
def test_which_licences_are_refused(said: str, refused: bool) -> None:
    assert is_copyleft(said) is refused


def test_hooks_before_a_commit_run_targets_that_are_there() -> None:
    repositories = yaml.safe_load(text_of(".pre-commit-config.yaml"))["repos"]
    assert {repository["repo"] for repository in repositories} == {"local"}, "hooks are ours: nothing is fetched"
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.M))
    for hook in repositories[0]["hooks"]:
        command, target, *_ = hook["entry"].split()
        assert (hook["language"], command) == ("system", "make")
        assert target in targets, f"{hook['id']}: the Makefile has no {target}"


def test_files_are_written_as_the_editor_is_told() -> None:
    rules = configparser.ConfigParser()
    rules.read_string("[top]\n" + text_of(".editorconfig"))
    assert rules["*"]["charset"] == "utf-8" and rules["*.py"]["max_line_length"] == "120"
    ends = {".py", ".md", ".yaml", ".yml", ".toml", ".html", ".css", ".js"}
    wrong = []
    for path in (p for p in tracked() if p[p.rfind(".") :] in ends):
        text = text_of(path)
        if text and not text.endswith("\n"):
            wrong.append(f"{path}: no line break at its end")
        wrong += [
            f"{path}:{n}: blanks at the end" for n, line in enumerate(text.split("\n"), 1) if line != line.rstrip()
        ]
    assert not wrong, "\n".join(wrong)
