"""What every event is made of, and the registry of event classes. What each event says stands in the modules beside.

Counts and codes, never free text, never a person's name, number or address.
"""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from types import UnionType
from typing import Annotated, Any, ClassVar, Literal, TypedDict, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, TypeAdapter, ValidationError

from shared.events.topics import ALL_SOURCES, ALL_TOPICS
from shared.text.decimals import LARGEST, LARGEST_SUM, PLACES, decimals_of

Code = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[\w@.|:/+=,-]+$")]


def _within(largest: Decimal) -> Callable[[Decimal], Decimal]:
    """A reader's check, and no word of the schema: no producer ever wrote such a number, and a limit that a schema
    gets later would break its readers (`tests/contracts/compatibility.py`)."""

    def check(value: Decimal) -> Decimal:
        if 0 <= value <= largest and value == int(value):
            return value  # nearly every figure is whole
        if not 0 <= value <= largest:
            raise ValueError(f"a figure is from 0 to {largest:f}")
        if decimals_of(value) > PLACES:
            raise ValueError(f"a figure has at most {PLACES} decimals")
        return value

    return check


def _count(value: int) -> int:
    if value > LARGEST:
        raise ValueError(f"a count is at most {LARGEST:f}")
    return value


# Exact decimals travel as strings: a JSON number would become a float in most readers.
_Exact = PlainSerializer(lambda v: format(v, "f"), return_type=str, when_used="json")
Number = Annotated[Decimal, AfterValidator(_within(LARGEST)), _Exact]
"""A figure as reported."""
SumNumber = Annotated[Decimal, AfterValidator(_within(LARGEST_SUM)), _Exact]
"""A sum of figures, or the quotient of two sums."""
Count = Annotated[int, Field(ge=0), AfterValidator(_count)]
Status = Literal["final", "estimate", "not_applicable", "missing"]
WITH_VALUE: frozenset[Status] = frozenset({"final", "estimate"})
WITHOUT_VALUE: frozenset[Status] = frozenset({"missing", "not_applicable"})
Assessment = Literal["met", "partly_met", "not_met", "not_assessed", "not_applicable"]
Version = Annotated[int, Field(ge=1), AfterValidator(_count)]

_CODE: TypeAdapter[str] = TypeAdapter(Code)
TYPE = re.compile(r"vn\.tiendo\.[a-z]+\.[a-z]+\.v[1-9][0-9]*")
HOME = "shared.events."

DATA_TYPES: "dict[str, type[EventData]]" = {}
"""Every event class by its type. A class enters when it is defined; nothing else writes here."""


class EventClassError(TypeError):
    """An event class that must not exist, or an object that is no event. The text says what to write instead."""


class EventData(BaseModel):
    """Base of all event data. Readers ignore what they do not know; writers cannot write it (see `tests/contracts`)."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    type: ClassVar[str]
    topic: ClassVar[str]
    sources: ClassVar[tuple[str, ...]]
    """Which services publish it. From all others it is a stranger's."""

    def is_of(self, source: str) -> bool:
        """Whether `source` may say this."""
        return source in self.sources

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Pydantic's `__init_subclass__` for a class that is complete. A class without a type of its own is a base."""
        super().__pydantic_init_subclass__(**kwargs)
        if "type" not in cls.__dict__:
            return
        if faults := list(_faults(cls)):
            raise EventClassError("\n".join(f"{cls.__name__}: {fault}" for fault in faults))
        DATA_TYPES[cls.type] = cls


class ActingFields(TypedDict):
    """Who acted, as `ActEvent` carries it."""

    acting_role: str | None
    acting_unit: str | None
    acting_subject: str | None


class ActEvent(EventData):
    """Data of an event of a person's act: in which role, and of which unit, the person acted. Never who it was:
    `acting_subject` is a pseudonym, the same for every act of one person in one installation.

    None in events of before November 2026 (the pseudonym: December), and where there is no such unit or person (a
    command on a server).
    """

    acting_role: Code | None = None
    acting_unit: Code | None = None
    acting_subject: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] | None = None


def acting(role: str, unit: str | None, pseudonym: str | None = None) -> ActingFields:
    """A token may name its unit as it likes: one that is no code is left out."""
    known = unit if unit is not None and _is_code(unit) else None
    return {"acting_role": role, "acting_unit": known, "acting_subject": pseudonym}


def _is_code(written: str) -> bool:
    """As the event class checks it: its pattern knows fewer letters than Python's `re` does (², ½, ①)."""
    try:
        _CODE.validate_python(written)
    except ValidationError:
        return False
    return True


def _faults(model: type[EventData]) -> Iterator[str]:
    topic = getattr(model, "topic", None)
    if not TYPE.fullmatch(model.type):
        yield f"the type {model.type!r} must look like vn.tiendo.<noun>.<verb>.v1, in lower case"
    if topic not in ALL_TOPICS:
        yield f"the topic {topic!r} must be one of shared.events.topics: {', '.join(ALL_TOPICS)}"
    sources = getattr(model, "sources", ())
    if not sources or not set(sources) <= set(ALL_SOURCES):
        yield f"its sources {sources!r} must be some of shared.events.topics: {', '.join(ALL_SOURCES)}"
    if other := DATA_TYPES.get(model.type):
        yield f"{other.__name__} has the type {model.type} already; a change that is not additive is a new .v2"
    if not model.__module__.startswith(HOME):
        yield f"it stands in {model.__module__}; move it into shared/events/, or its readers do not know it"


def check_registered(data: EventData) -> None:
    """Raises `EventClassError` for an object of a base class or of a variant: no reader would know it."""
    model = type(data)
    if DATA_TYPES.get(getattr(model, "type", "")) is not model:
        raise EventClassError(
            f"{model.__name__} is no registered event class; "
            f'give it `type: ClassVar[str] = "vn.tiendo.<noun>.<verb>.v1"` of its own in shared/events/'
        )


def check_complete(name: str, union: UnionType, topic: str) -> None:
    """Raises `EventClassError` unless the union `name` lists every event class of the topic and no other.

    The consumers of the topic match over the union, so mypy names each place that must handle a new class.
    """
    listed, known = set(get_args(union)), {model for model in DATA_TYPES.values() if model.topic == topic}
    faults = [f"add {model.__name__} to {name}: it is an event of {topic}" for model in known - listed]
    faults += [f"take {model.__name__} out of {name}: it is no event of {topic}" for model in listed - known]
    if faults:
        raise EventClassError("\n".join(sorted(faults)))
