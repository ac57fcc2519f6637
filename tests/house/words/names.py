"""Which top-level class names stand for two things, and which names say a word that is not used. Pure: texts in,
sentences out."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from tests.house.tracked import tree_of


def classes(source: str) -> Iterator[tuple[str, int]]:
    """Name and line of every class at the top level of a module."""
    for node in tree_of(source).body:
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


def forbidden_words(glossary: str) -> dict[str, str]:
    """Each word that docs/glossary.md 2 forbids everywhere, in small letters → what to say. Those "(of …)" depend."""
    rows = re.findall(r"^\| ([^|(]+) \| ([^|]+) \|$", glossary.partition("## 2 ")[2], re.M)
    return {word.strip().lower(): say for words, say in rows if words != "not" for word in words.split(",")}


def ill_named(sources: Mapping[str, str], forbidden: Mapping[str, str]) -> Iterator[str]:
    """Modules called by a forbidden word, and classes that have one in their name (`sources`: path → text)."""
    for path, source in sorted(sources.items()):
        named = [(path, path.rsplit("/", 1)[-1].removesuffix(".py"))]
        named += [
            (f"{path}:{line}: class {name}", word)
            for name, line in classes(source)
            for word in re.findall(r"[A-Z][a-z]*", name)
        ]
        for where, word in named:
            if word.lower() in forbidden:
                yield f"{where}: {word!r} is not used; say {forbidden[word.lower()]} (docs/glossary.md 2)"
