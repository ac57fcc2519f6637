"""What may change in a published event: a new optional member; all else is a new `.v2` (docs/design.md 4.2).

Writers and readers are deployed apart, so both must hold: today's reader takes every event ever written, and a reader
of any earlier day takes today's events. A limit moved in either direction breaks one of the two.
"""

import re
from collections.abc import Iterator
from typing import Any

from shared.events import Schema
from shared.events.schema import event_schema_id

# Words about the schema, not about what is valid (`$id` is looked at once, above). Defaults matter to writers only.
UNHEARD = {"title", "description", "default", "$id", "$schema", "$defs", "properties", "required", "examples"}


def breaks(old: Schema, new: Schema) -> list[str]:
    """Everything in `new` that is no addition to `old`, each as a JSON pointer and a sentence."""
    return [*_renamed(with_address(old), new), *_breaks(old, new, old, new, "")]


def with_address(published: Schema) -> Schema:
    """A schema as it is called today. Until December 2026 `$id` was the path `/schemas/TYPE.json`, which is no absolute
    address and which `dataschema` of an event named, too; this change of a name is the only one that is no break."""
    path = re.fullmatch(r"/schemas/(vn\.tiendo\.[a-z.]+\.v[0-9]+)\.json", published["$id"])
    return {**published, "$id": event_schema_id(path[1])} if path else published


def _renamed(old: Schema, new: Schema) -> Iterator[str]:
    if old["$id"] != new["$id"]:
        yield f"/$id: was {old['$id']!r}, is {new['$id']!r}"


def _breaks(old: Any, new: Any, old_root: Schema, new_root: Schema, at: str) -> Iterator[str]:
    old, new = _resolved(old, old_root), _resolved(new, new_root)
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for n, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _breaks(one, other, old_root, new_root, f"{at}/{n}")
        return
    if not (isinstance(old, dict) and isinstance(new, dict)):
        if old != new:
            yield f"{at}: was {old!r}, is {new!r}"
        return
    known, present = old.get("properties", {}), new.get("properties", {})
    yield from (f"{at}/properties/{name}: is gone" for name in known if name not in present)
    must, now = set(old.get("required", ())), set(new.get("required", ()))
    yield from (f"{at}/required: {name} became required" for name in sorted(now - must))
    yield from (f"{at}/required: {name} is no longer required" for name in sorted(must - now))
    for name in known:
        if name in present:
            yield from _breaks(known[name], present[name], old_root, new_root, f"{at}/properties/{name}")
    for word in sorted((old.keys() | new.keys()) - UNHEARD):
        yield from _breaks(old.get(word), new.get(word), old_root, new_root, f"{at}/{word}")


def _resolved(schema: Any, root: Schema) -> Any:
    while isinstance(schema, dict) and "$ref" in schema:
        schema = root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    return schema
