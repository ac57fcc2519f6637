"""What may change in a published event: a new optional member; all else is a new `.v2` (docs/design.md 4.2).

Writers and readers are deployed apart, so both must hold: today's reader takes every event ever written, and a reader
of any earlier day takes today's events. A limit moved in either direction breaks one of the two.
"""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]
# Words about the schema, not about what is valid. Defaults matter to writers only.
UNHEARD = {"title", "description", "default", "$id", "$schema", "$defs", "properties", "required", "examples"}


def breaks(old: Schema, new: Schema) -> list[str]:
    """Everything in `new` that is no addition to `old`, each as a JSON pointer and a sentence."""
    return list(_breaks(old, new, old, new, ""))


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
