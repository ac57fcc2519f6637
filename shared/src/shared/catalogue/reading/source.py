"""YAML text to a tree that remembers its lines. Every scalar stays text: `no`, `2.10` and `0012` are what they look."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from shared.catalogue.fault import Faults, Location

MAX_BYTES = 1_000_000
MAX_DEPTH = 12
MAX_NODES = 100_000

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(slots=True)
class Scalar:
    text: str
    location: Location
    null: bool = False


@dataclass(slots=True)
class Items:
    items: "list[Node]"
    location: Location


@dataclass(slots=True)
class Mapping:
    entries: "dict[str, Node]"
    location: Location


Node = Scalar | Items | Mapping


class _Refused(Exception):
    def __init__(self, mark: Any, code: str, message: str) -> None:
        self.line, self.code, self.message = mark.line + 1, code, message


def read_source(path: Path, name: str, faults: Faults) -> Mapping | None:
    """The file as a mapping, or None with the reason among the faults.

    Anchors, aliases and tags are refused, and so are files above MAX_BYTES, MAX_DEPTH or MAX_NODES.
    """
    start = Location(name, 1)
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            faults.add(start, "too_large", f"{size} bytes; at most {MAX_BYTES} are read")
            return None
        text = path.read_bytes().decode("utf-8")
        _refuse_harmful(text)
        root = yaml.compose(text, Loader=_Loader)
        tree = _tree(root, name, faults) if root is not None else None
    except OSError as error:
        faults.add(start, "unreadable", error.strerror or "cannot be read")
    except UnicodeDecodeError as error:
        faults.add(start, "not_utf8", f"byte {error.start} is not UTF-8")
    except _Refused as refused:
        faults.add(Location(name, refused.line), refused.code, refused.message)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        faults.add(Location(name, line), "bad_yaml", str(getattr(error, "problem", None) or "not YAML"))
    else:
        if isinstance(tree, Mapping):
            return tree
        faults.add(start, "bad_yaml", "the file must be a mapping of names to values")
    return None


def location_of(node: Node, path: Sequence[int | str]) -> Location:
    """The location of what stands at the path of keys and indices below the node, or of what should hold it."""
    for step in path:
        if isinstance(node, Mapping) and step in node.entries:
            node = node.entries[str(step)]
        elif isinstance(node, Items) and isinstance(step, int):
            node = node.items[step]
        else:
            break
    return node.location


def _refuse_harmful(text: str) -> None:
    """Walk the events before any tree is composed: composing recurses, and an alias would multiply what it names."""
    depth = nodes = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _Refused(event.start_mark, "alias", "anchors and aliases are not allowed; write the value out")
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if not isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            continue
        nodes += 1
        if nodes > MAX_NODES or depth >= MAX_DEPTH:
            raise _Refused(event.start_mark, "too_large", f"more than {MAX_DEPTH} levels or {MAX_NODES} values")
        if event.tag is not None and event.tag != "!":
            raise _Refused(event.start_mark, "tag", f"tag {event.tag} is not allowed")
        depth += isinstance(event, yaml.CollectionStartEvent)


def _tree(node: yaml.Node, name: str, faults: Faults) -> Node:
    location = Location(name, node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode):
        plain = node.style in (None, "")
        return Scalar(node.value, location, null=plain and node.value in ("", "~", "null"))
    if isinstance(node, yaml.SequenceNode):
        return Items([_tree(item, name, faults) for item in node.value], location)
    entries: dict[str, Node] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _Refused(key.start_mark, "bad_yaml", "a key must be plain text")
        if key.value in entries:
            faults.add(
                Location(name, key.start_mark.line + 1), "duplicate_key", f"{key.value!r} stands twice in one mapping"
            )
        else:
            entries[key.value] = _tree(value, name, faults)
    return Mapping(entries, location)
