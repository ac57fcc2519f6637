"""What docs/glossary.md names, and what the source defines. Pure: texts in, names out."""

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from tests.house.tracked import nodes_of

_ROW = re.compile(r"^\|(?P<cells>.*)\|$", re.M)
_NAME = re.compile(r"`([^`]+)`")
_SQL = re.compile(r"create table (?:if not exists )?(\w+)", re.I)


class Term(NamedTuple):
    """A row of section 1: the term, and the names in the source that its last column gives."""

    term: str
    names: tuple[str, ...]


def terms(text: str) -> list[Term]:
    """The rows with four columns; those with two say which words are not used."""
    rows = [[cell.strip() for cell in match["cells"].split(" | ")] for match in _ROW.finditer(text)]
    return [
        Term(row[0], tuple(_NAME.findall(row[3])))
        for row in rows
        if len(row) == 4 and row[0] != "term" and not row[0].startswith("-")
    ]


def defined(path: str, source: str) -> Iterator[str]:
    """Names a module brings into the world: itself, its classes, functions, fields, constants and tables."""
    yield path.rsplit("/", 1)[-1].removesuffix(".py")
    yield from _SQL.findall(source)
    for node in nodes_of(source):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                yield name
            case ast.Call(
                func=ast.Name(id="Table") | ast.Attribute(attr="Table"), args=[ast.Constant(value=str(name)), *_]
            ):
                yield name


def unknown(rows: list[Term], names: set[str], paths: set[str]) -> Iterator[str]:
    """What the glossary names and nobody defines. A name with a slash is a path."""
    for row in rows:
        if not row.names:
            yield f"{row.term}: the last column names nothing in the code"
        for name in row.names:
            if name not in (paths if "/" in name else names):
                yield f"{row.term}: `{name}` is neither defined in the source nor a path; rename it in docs/glossary.md"
