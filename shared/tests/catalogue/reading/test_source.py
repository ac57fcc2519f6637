from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.catalogue.fault import Faults
from shared.catalogue.reading.source import MAX_BYTES, Mapping, Scalar, read_source

from ..plan_copy import PlanCopy


def codes(tmp_path: Path, text: str | bytes) -> set[str]:
    path = tmp_path / "file.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    faults = Faults()
    read_source(path, "file.yaml", faults)
    return {fault.code for fault in faults.found}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: &x 1\nb: *x\n", "alias"),
        ("a: &x [1, 1]\nb: &y [*x, *x]\nc: [*y, *y]\n", "alias"),
        ("a: !!python/object/apply:os.system [id]\n", "tag"),
        ("a: " + "[" * 500 + "]" * 500, "too_large"),
        ("a: [" + "1, " * 100_001 + "1]", "too_large"),
        ("#" * (MAX_BYTES + 1), "too_large"),
        ("a: [1\n", "bad_yaml"),
        ("- 1\n", "bad_yaml"),
        ("", "bad_yaml"),
        ("a: 1\n---\nb: 2\n", "bad_yaml"),
        ("[1, 2]: 3\n", "bad_yaml"),
        ("a: 1\na: 2\n", "duplicate_key"),
        (b"a: \xff\xfe\n", "not_utf8"),
    ],
)
def test_harmful_and_broken_files_are_refused(text: str | bytes, code: str, tmp_path: Path) -> None:
    assert code in codes(tmp_path, text)


def test_a_file_that_is_refused_still_tells_its_repeated_keys(tmp_path: Path) -> None:
    assert codes(tmp_path, "a: 1\na: 2\n[x]: 3\n") == {"duplicate_key", "bad_yaml"}


def test_scalars_stay_text_and_keep_their_line(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text('no: no\nversion: 2.10\ncode: 0012\nempty:\nquoted: "null"\n', encoding="utf-8")
    tree = read_source(path, "file.yaml", Faults())
    assert isinstance(tree, Mapping)
    found = {
        key: (node.text, node.null, node.location.line)
        for key, node in tree.entries.items()
        if isinstance(node, Scalar)
    }
    assert found == {
        "no": ("no", False, 1),
        "version": ("2.10", False, 2),
        "code": ("0012", False, 3),
        "empty": ("", True, 4),
        "quoted": ("null", False, 5),
    }


@given(st.binary(max_size=200))
def test_any_bytes_give_a_tree_or_faults(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(data)
    faults = Faults()
    tree = read_source(path, "any.yaml", faults)
    assert tree is not None or faults.found


def test_a_key_that_stands_twice_in_a_plan_is_found(plan_copy: PlanCopy) -> None:
    plan_copy.check_case(
        ("indicators", "direction: higher", "direction: higher\n        direction: lower", "duplicate_key", "direction")
    )
