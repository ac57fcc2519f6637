"""The files of the repository, as git has them."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def tracked() -> tuple[str, ...]:
    """Paths from the top of the repository, new ones that nobody has added yet included, deleted ones left out."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return tuple(sorted(name for name in set(listed.split("\0")) if name and (ROOT / name).is_file()))


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def tree_of(source: str) -> ast.Module:
    """The text of a module, read once for all that look at it."""
    return ast.parse(source)


@cache
def nodes_of(source: str) -> tuple[ast.AST, ...]:
    """Every node of the tree of a module."""
    return tuple(ast.walk(tree_of(source)))


def product() -> dict[str, str]:
    """The modules that are the product, tests left out: path → text."""
    parts = {path: path.split("/") for path in tracked() if path.endswith(".py")}
    return {path: text_of(path) for path, folders in parts.items() if "src" in folders and "tests" not in folders}


tracked()  # while the tests are collected: a fast test may not start git
