"""A stranger finds things by name: no folder of source holds more files than one sees at a glance."""

import pytest

from .folders import crowded
from .tracked import tracked


@pytest.mark.parametrize("kind", ["src", "tests"])
def test_no_folder_is_crowded(kind: str) -> None:
    found = list(crowded(path for path in tracked() if kind in path.split("/")[:-1]))
    assert not found, "\n".join(found)


def files(folder: str, count: int) -> list[str]:
    return [f"{folder}/file_{n}.py" for n in range(count)]


def test_a_folder_of_thirteen_is_named_with_what_to_do() -> None:
    (told,) = crowded([*files("services/audit/src/audit/rules", 13), *files("services/audit/src/audit/store", 12)])
    assert told.startswith("services/audit/src/audit/rules holds 13 files, more than 12: look for the second noun")


@pytest.mark.parametrize(
    "paths",
    [
        files("shared/src/shared/web", 12),
        [*files("shared/src/shared/web", 12), "shared/src/shared/web/__init__.py"],
        [*files("shared/src/shared/web", 12), *files("shared/src/shared/web/shell", 12)],
        files("services/audit/src/audit/migrations/versions", 40),
        files("services/submissions/src/submissions/messages", 40),
        files("tests/contracts/published/vn.tiendo.submission.received.v1", 40),
        files("docs/decisions", 40),
        files("deploy/schemas/events", 40),
    ],
)
def test_what_is_not_crowded(paths: list[str]) -> None:
    assert not list(crowded(paths))
