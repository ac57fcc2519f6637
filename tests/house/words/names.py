"""Which top-level class names stand for two things. Pure: sources in, sentences out."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping


def classes(source: str) -> Iterator[tuple[str, int]]:
    """Name and line of every class at the top level of a module."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef):
            yield node.name, node.lineno


def ambiguous(sources: Mapping[str, str]) -> Iterator[str]:
    """For each class name that more than one place defines (`sources`: path → text), where, and what to do."""
    places = defaultdict(list)
    for path, source in sorted(sources.items()):
        for name, line in classes(source):
            places[name].append(f"{path}:{line}")
    for name, where in sorted(places.items()):
        if len(where) > 1:
            yield (
                f"class {name} is defined {len(where)} times ({', '.join(where)}): one word for one thing. "
                "Name each after its own noun, or use the one there is"
            )
