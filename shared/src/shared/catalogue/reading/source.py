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
    """No mark: the file as a whole is refused."""

    def __init__(self, mark: Any, code: str, message: str) -> None:
        self.line, self.code, self.message = _line_of(mark), code, message


def read_source(path: Path, name: str, faults: Faults) -> Mapping | None:
    """The file as a mapping, or None with the reason among the faults.

    Anchors, aliases and tags are refused, and so are files above MAX_BYTES, MAX_DEPTH or MAX_NODES.
    """
    planted = _Tree(name)
    root: Mapping | None = None
    try:
        root = _parse_into(planted, path)
    except OSError as error:
        faults.add(Location(name, 1), "unreadable", error.strerror or "cannot be read")
    except UnicodeDecodeError as error:
        faults.add(Location(name, 1), "not_utf8", f"byte {error.start} is not UTF-8")
    except _Refused as refused:
        faults.add(Location(name, refused.line), refused.code, refused.message)
    except yaml.YAMLError as error:
        line = _line_of(getattr(error, "problem_mark", None))
        faults.add(Location(name, line), "bad_yaml", str(getattr(error, "problem", None) or "not YAML"))
    for repeated in planted.repeated:
        faults.add(repeated.location, "duplicate_key", f"{repeated.text!r} stands twice in one mapping")
    return root


def _parse_into(planted: "_Tree", path: Path) -> Mapping:
    """The root of the tree, which has taken the whole file."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise _Refused(None, "too_large", f"{size} bytes; at most {MAX_BYTES} are read")
    text = path.read_bytes().decode("utf-8")
    for event in yaml.parse(text, Loader=_Loader):
        planted.take(event)
    if not isinstance(planted.root, Mapping):
        raise _Refused(None, "bad_yaml", "the file must be a mapping of names to values")
    return planted.root


def _line_of(mark: Any) -> int:
    """Counted from 1, where the parser counts from 0; without a mark, the first line."""
    return 1 if mark is None else mark.line + 1


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


class _Tree:
    """Grows by one event of the parser at a time: nothing recurses, and no alias can multiply what it names."""

    def __init__(self, name: str) -> None:
        self.root: Node | None = None
        self.repeated: list[Scalar] = []  # keys that their mapping has already
        self._name = name
        self._nodes = 0
        self._open: list[Items | Mapping] = []  # the outermost first
        self._keys: list[Scalar | None] = []  # of each open mapping, the key that waits for its value

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
            self._keys.pop()
        elif isinstance(event, yaml.DocumentStartEvent):
            if self.root is not None:
                raise _Refused(event.start_mark, "bad_yaml", "but found another document")
        elif isinstance(event, yaml.NodeEvent):
            self._nodes += 1
            self._refuse_harmful(event)
            node = self._node(event)
            self._place(node, event)
            if not isinstance(node, Scalar):
                self._open.append(node)
                self._keys.append(None)

    def _refuse_harmful(self, event: Any) -> None:
        if event.anchor is not None:  # an alias has one, too
            raise _Refused(event.start_mark, "alias", "anchors and aliases are not allowed; write the value out")
        if self._nodes > MAX_NODES or len(self._open) >= MAX_DEPTH:
            raise _Refused(event.start_mark, "too_large", f"more than {MAX_DEPTH} levels or {MAX_NODES} values")
        if event.tag is not None and event.tag != "!":
            raise _Refused(event.start_mark, "tag", f"tag {event.tag} is not allowed")

    def _node(self, event: Any) -> Node:
        location = Location(self._name, _line_of(event.start_mark))
        if isinstance(event, yaml.ScalarEvent):
            plain = event.style in (None, "")
            return Scalar(event.value, location, null=plain and event.value in ("", "~", "null"))
        return Items([], location) if isinstance(event, yaml.SequenceStartEvent) else Mapping({}, location)

    def _place(self, node: Node, event: Any) -> None:
        if not self._open:
            self.root = node
            return
        parent, key = self._open[-1], self._keys[-1]
        if isinstance(parent, Items):
            parent.items.append(node)
        elif key is not None:
            self._keys[-1] = None
            if parent.entries.setdefault(key.text, node) is not node:
                self.repeated.append(key)
        elif isinstance(node, Scalar):
            self._keys[-1] = node
        else:
            raise _Refused(event.start_mark, "bad_yaml", "a key must be plain text")
