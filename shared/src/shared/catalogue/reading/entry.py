"""One mapping of a plan's file as a pydantic model. A fault is noted with its line and reading goes on."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any, Literal, Self, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, PrivateAttr, ValidationError, ValidationInfo, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from shared.catalogue.fault import Faults, Location
from shared.catalogue.reading.scalars import STAND_INS
from shared.catalogue.reading.source import Items, Mapping, Node, Scalar, location_of

_T = TypeVar("_T")


class Entry(BaseModel):
    """A field is a key of the file; its alias is the key when the file writes it shorter (`vi` for `name_vi`).

    Validate with a Mapping and the Faults to fill as context: `Model.model_validate(tree, context=faults)`.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    _node: Mapping = PrivateAttr()
    _unread: frozenset[str] = PrivateAttr(default=frozenset())

    @model_validator(mode="wrap")
    @classmethod
    def _read(cls, node: Any, handler: Callable[[Any], Self], info: ValidationInfo) -> Self:
        """Validate; when that fails, note every fault and validate again with stand-ins for what cannot be read."""
        if not isinstance(node, Mapping):
            raise PydanticCustomError("bad_yaml" if node else "missing_key", "must be a mapping")
        node = cls.prepared(node)
        values = {key: _plain(child) for key, child in node.entries.items()}
        for key, field in cls._fields().items():
            if field.is_required():
                values.setdefault(key, None)
            elif values.get(key) is None:
                values.pop(key, None)
        faults: Faults = info.context  # type: ignore[assignment]
        wrong: set[tuple[int | str, ...]] = set()
        try:
            entry = handler(values)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                code, message = _described(detail)
                faults.add(location_of(node, detail["loc"]), code, f"{detail['loc'][0]!r} {message}")
                wrong.add(detail["loc"][:2])
            entry = handler(cls._repaired(values, wrong, node.location))
        entry._node, entry._unread = node, frozenset(str(path[0]) for path in wrong if len(path) == 1)
        return entry

    @classmethod
    def prepared(cls, node: Mapping) -> Mapping:
        """A place to write out what the file may write short."""
        return node

    @classmethod
    def _fields(cls) -> dict[str, FieldInfo]:
        return {field.alias or name: field for name, field in cls.model_fields.items()}

    @classmethod
    def _repaired(cls, values: dict[str, Any], wrong: set[tuple[int | str, ...]], location: Location) -> dict[str, Any]:
        """The values without wrong keys and items; a required value that is wrong gives way to a stand-in."""
        repaired = dict(values)
        for key in {str(path[0]) for path in wrong}:
            field = cls._fields().get(key)
            if (key,) not in wrong:
                repaired[key] = tuple(item for n, item in enumerate(values[key]) if (key, n) not in wrong)
            elif field is not None and field.is_required():
                repaired[key] = _stand_in(field.annotation, location)
            else:
                del repaired[key]
        return repaired

    def location(self, key: str | None = None) -> Location:
        """The line of the key's value, or that of the entry."""
        return location_of(self._node, (key,) if key else ())

    def is_unread(self, *keys: str) -> bool:
        """True when one of the keys has a fault already, so that its value is a stand-in."""
        return not self._unread.isdisjoint(keys)

    def built(self, kind: Callable[..., _T], **other: object) -> _T:
        """A dataclass of the fields that have the same name here; `other` gives the rest."""
        names = {field.name for field in fields(kind)} & type(self).model_fields.keys() - other.keys()  # type: ignore[arg-type]
        return kind(**{name: getattr(self, name) for name in names}, **other)


def _plain(node: Node) -> Any:
    """Text, None or a tuple; a mapping stays what it is, since its own model reads it."""
    if isinstance(node, Scalar):
        return None if node.null else node.text
    return tuple(_plain(item) for item in node.items) if isinstance(node, Items) else node


def _stand_in(kind: Any, location: Location) -> Any:
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    if get_origin(kind) is tuple:
        return ()
    return STAND_INS[kind] if kind in STAND_INS else Mapping({}, location)


def _described(detail: ErrorDetails) -> tuple[str, str]:
    """Code and words of a fault. Our own scalars bring theirs; what pydantic finds is told in the same manner."""
    value = detail["input"]
    said = "missing" if value is None else repr(value)
    match detail["type"]:
        case "extra_forbidden":
            return "unknown_key", "means nothing here"
        case "literal_error" if isinstance(value, Mapping | tuple):
            return "bad_yaml", "must be plain text"
        case "tuple_type":
            return ("missing_key", "must be a list (or be [])") if value is None else ("bad_yaml", "must be a list")
        case "literal_error":
            allowed = detail["ctx"]["expected"].replace(" or ", ", ").replace("'", "")
            return "bad_choice", f"is {said}; allowed: {allowed}"
        case "union_tag_invalid":
            return "bad_choice", f"has an entry of no known kind; allowed: {detail['ctx']['expected_tags']}"
    return detail["type"], detail["msg"]
