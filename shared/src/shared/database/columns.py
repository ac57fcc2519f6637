"""Rows as one list a column, as `unnest` takes them: a statement stays one, however many rows it is about."""

from collections.abc import Iterable, Sequence
from typing import Any


def columns(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[str, list[Any]]:
    """By name, in the order of the rows; empty lists when there are none. `ValueError` for a row of another width."""
    lists = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in names]
    return dict(zip(names, lists, strict=True))
