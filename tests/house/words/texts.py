"""Which sentences stand in code instead of a message file. Pure: sources in, sentences out."""

import ast
import re
from collections.abc import Iterator, Mapping

from tests.house.tracked import nodes_of

LETTER = re.compile(r"[^\W\d_]")
TEXT_CALL = re.compile(r"""\btext\(\s*["']([a-z0-9_.]+)["']""")


def literals(node: ast.expr) -> Iterator[str]:
    """What an argument says by itself, in its own words: of a conversion or a lookup, nothing."""
    match node:
        case ast.Constant(value=str(words)):
            yield words
        case ast.JoinedStr(values=parts):
            for part in parts:
                yield from literals(part)
        case ast.BinOp(left=left, right=right):
            yield from (*literals(left), *literals(right))
        case ast.IfExp(body=body, orelse=other):
            yield from (*literals(body), *literals(other))


def is_text(call: ast.Call) -> bool:
    match call.func:
        case ast.Name(id="Text") | ast.Attribute(attr="Text"):
            return True
    return False


def inline_texts(sources: Mapping[str, str]) -> Iterator[str]:
    """For each `Text(…)` with words of its own (`sources`: path → text), where, and what to do."""
    for path, source in sorted(sources.items()):
        for node in nodes_of(source):
            if not isinstance(node, ast.Call) or not is_text(node):
                continue
            arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
            said = [words for argument in arguments for words in literals(argument) if LETTER.search(words)]
            if said:
                yield (
                    f"{path}:{node.lineno}: Text({said[0]!r}…) says something to people: write it in the messages.yaml "
                    'of its room, in vi and en, and ask for it by its key, text("…")'
                )


def keys_named(source: str) -> set[str]:
    """The keys that a module asks for literally."""
    return set(TEXT_CALL.findall(source))
