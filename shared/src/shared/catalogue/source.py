"""YAML text to a tree that remembers its lines. Every scalar stays text: `no`, `2.10` and `0012` are what they look."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from shared.catalogue.fault import Faults, Place

MAX_BYTES = 1_000_000
MAX_DEPTH = 12
MAX_NODES = 100_000

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Scalar:
    text: str
    place: Place
    null: bool = False


@dataclass(slots=True)
class Items:
    items: "list[Node]"
    place: Place


@dataclass(slots=True)
class Mapping:
    entries: "dict[str, Node]"
    place: Place


Node = Scalar | Items | Mapping


class _Refused(Exception):
    def __init__(self, place: Place, code: str, message: str) -> None:
        self.fault = (place, code, message)


def read_source(path: Path, name: str, faults: Faults) -> Mapping | None:
    """The file as a mapping, or None with the reason among the faults.

    Anchors, aliases and tags are refused, and so are files above MAX_BYTES, MAX_DEPTH or MAX_NODES.
    """
    start = Place(name, 1)
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            faults.add(start, "too_large", f"{size} bytes; at most {MAX_BYTES} are read")
            return None
        text = path.read_bytes().decode("utf-8")
        tree = _build(text, name, faults)
    except OSError as error:
        faults.add(start, "unreadable", error.strerror or "cannot be read")
    except UnicodeDecodeError as error:
        faults.add(start, "not_utf8", f"byte {error.start} is not UTF-8")
    except _Refused as refused:
        faults.add(*refused.fault)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        faults.add(Place(name, line), "bad_yaml", str(getattr(error, "problem", None) or "not YAML"))
    else:
        if isinstance(tree, Mapping):
            return tree
        faults.add(start, "bad_yaml", "the file must be a mapping of names to values")
    return None


def _build(text: str, name: str, faults: Faults) -> Node | None:
    """Events to tree with an explicit stack, so that depth is checked before it costs anything."""
    stack: list[Items | Mapping] = []
    keys: list[Scalar | None] = []
    root: Node | None = None
    nodes = 0
    for event in yaml.parse(text, Loader=_Loader):
        place = Place(name, event.start_mark.line + 1 if event.start_mark else 1)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _Refused(place, "alias", "anchors and aliases are not allowed; write the value out")
        if isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            stack.pop()
            keys.pop()
            continue
        if not isinstance(event, yaml.ScalarEvent | yaml.SequenceStartEvent | yaml.MappingStartEvent):
            continue
        nodes += 1
        if nodes > MAX_NODES or len(stack) >= MAX_DEPTH:
            raise _Refused(place, "too_large", f"more than {MAX_DEPTH} levels or {MAX_NODES} values")
        if event.tag is not None and event.tag != "!":
            raise _Refused(place, "tag", f"tag {event.tag} is not allowed")
        node = _node(event, place)
        if not stack:
            if root is not None:
                raise _Refused(place, "bad_yaml", "one document per file")
            root = node
        elif not _attach(stack[-1], keys, node, faults):
            continue
        if not isinstance(node, Scalar):
            stack.append(node)
            keys.append(None)
    return root


def _node(event: Any, place: Place) -> Node:
    if isinstance(event, yaml.ScalarEvent):
        plain = event.style in (None, "")
        return Scalar(event.value, place, null=plain and event.value in ("", "~", "null"))
    return Items([], place) if isinstance(event, yaml.SequenceStartEvent) else Mapping({}, place)


def _attach(parent: Items | Mapping, keys: list[Scalar | None], node: Node, faults: Faults) -> bool:
    """Put the node into its parent; False when it was a key, which is kept for the next node."""
    if isinstance(parent, Items):
        parent.items.append(node)
        return True
    key = keys[-1]
    if key is None:
        if not isinstance(node, Scalar):
            raise _Refused(node.place, "bad_yaml", "a key must be plain text")
        keys[-1] = node
        return False
    keys[-1] = None
    if key.text in parent.entries:
        faults.add(key.place, "duplicate_key", f"{key.text!r} stands twice in one mapping")
    else:
        parent.entries[key.text] = node
    return True
