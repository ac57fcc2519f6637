"""An event class registers itself, or says what is wrong with it; only registered classes are published."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ConfigDict, TypeAdapter, ValidationError

from shared.events import (
    ALL_TOPICS,
    DATA_TYPES,
    INSPECTIONS,
    OPERATIONS,
    SUBMISSIONS,
    ActEvent,
    DeadLetterHandled,
    DeadLetterReplayed,
    Event,
    EventClassError,
    EventData,
    IndicatorFigures,
    ObligationOpened,
    ObservationValue,
    SourceHeartbeat,
    SubmissionsEvent,
    SubmissionWithdrawn,
    acting,
    check_complete,
)
from shared.events.topics import ALL_SOURCES

HOME = "shared.events.inspection"
NOW = datetime(2026, 12, 1, tzinfo=UTC)
_OBSERVATION = TypeAdapter(ObservationValue)
Pair = ObligationOpened | SubmissionWithdrawn


@pytest.fixture(autouse=True)
def registry() -> Iterator[None]:
    """The classes that a test defines are forgotten after it."""
    with patch.dict(DATA_TYPES):
        yield


def event_class(name: str = "CaseClosed", /, **body: Any) -> type[EventData]:
    good = {"type": "vn.tiendo.case.closed.v1", "topic": INSPECTIONS, "sources": ("/audit",), "__module__": HOME}
    return type(name, (EventData,), good | body)


def test_a_class_registers_itself() -> None:
    made = event_class()
    assert DATA_TYPES["vn.tiendo.case.closed.v1"] is made


def test_a_class_without_a_type_of_its_own_is_a_base_or_a_variant() -> None:
    known = dict(DATA_TYPES)

    class CaseEvent(EventData):
        topic: ClassVar[str] = INSPECTIONS

    class StrictHeartbeat(SourceHeartbeat):
        model_config = ConfigDict(extra="forbid")

    assert known == DATA_TYPES


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"type": "vn.tiendo.CaseClosed.v1"}, "the type 'vn.tiendo.CaseClosed.v1' must look like vn.tiendo.<noun>"),
        ({"type": "vn.tiendo.case.closed"}, "the type 'vn.tiendo.case.closed' must look like"),
        ({"topic": "cases.v1"}, "the topic 'cases.v1' must be one of shared.events.topics: " + ", ".join(ALL_TOPICS)),
        (
            {"sources": ("/audit", "/stranger")},
            "its sources ('/audit', '/stranger') must be some of shared.events.topics",
        ),
        ({"sources": ()}, "its sources () must be some of shared.events.topics"),
        ({"type": SourceHeartbeat.type}, "SourceHeartbeat has the type vn.tiendo.source.heartbeat.v1 already"),
        ({"__module__": "audit.events"}, "it stands in audit.events; move it into shared/events/"),
    ],
)
def test_a_wrong_class_is_refused_where_it_is_defined(body: dict[str, Any], told: str) -> None:
    known = dict(DATA_TYPES)
    with pytest.raises(EventClassError) as refused:
        event_class(**body)
    assert str(refused.value).startswith(f"CaseClosed: {told}") and known == DATA_TYPES


def test_all_faults_of_a_class_are_told_at_once() -> None:
    with pytest.raises(EventClassError) as refused:
        event_class(type="case", topic="cases", __module__="audit.events")
    assert len(str(refused.value).splitlines()) == 3


def test_a_class_without_a_topic_is_refused() -> None:
    with pytest.raises(EventClassError, match="the topic None must be one of"):
        type("CaseClosed", (EventData,), {"type": "vn.tiendo.case.closed.v1", "__module__": HOME})


def handled(model: type[DeadLetterHandled], **more: Any) -> DeadLetterHandled:
    return model(consumer="audit", letter=1, origin_topic=OPERATIONS, partition=0, offset=0, handled_at=NOW, **more)


def test_each_type_is_of_its_sources() -> None:
    """Whoever could write another's types would accept reports as the notifications service."""
    beat = SourceHeartbeat(sequence=0, pending=0)
    assert all(beat.is_of(source) for source in ALL_SOURCES) and not beat.is_of("/stranger")
    letter = handled(DeadLetterReplayed, outcome="applied")
    assert [source for source in ALL_SOURCES if letter.is_of(source)] == ["/audit"], "of its own letters only"


def test_an_object_of_a_base_or_of_a_variant_is_no_event() -> None:
    class Variant(SourceHeartbeat):
        pass

    for data in (handled(DeadLetterHandled), Variant(sequence=0, pending=0)):
        with pytest.raises(EventClassError, match=f"{type(data).__name__} is no registered event class; give it `type"):
            Event.of(data, source="/audit", subject="x", time=NOW, catalogue_version="0")


def test_a_union_must_list_every_class_of_its_topic() -> None:
    check_complete("SubmissionsEvent", SubmissionsEvent, SUBMISSIONS)
    event_class("SubmissionNoted", type="vn.tiendo.submission.noted.v1", topic=SUBMISSIONS)
    with pytest.raises(EventClassError, match=r"^add SubmissionNoted to SubmissionsEvent: it is an event of submissi"):
        check_complete("SubmissionsEvent", SubmissionsEvent, SUBMISSIONS)
    with pytest.raises(EventClassError, match="take SubmissionWithdrawn out of Pair: it is no event of inspe"):
        check_complete("Pair", Pair, INSPECTIONS)


@pytest.mark.parametrize(
    "value", ["-1", "1000000000001", "1e13", "1E+900000000", "0.1234567", "1E-400000000", "NaN", "Infinity", "9" * 60]
)
def test_a_figure_outside_the_bounds_of_all_figures_is_no_event(value: str) -> None:
    with pytest.raises(ValidationError):
        ObservationValue(measure="population", value=Decimal(value), status="final")


@given(st.decimals(0, 10**12, places=6))
def test_a_figure_within_them_travels_exactly(value: Decimal) -> None:
    sent = ObservationValue(measure="total_unpaid_hours_female", value=value, status="final")
    adapter = TypeAdapter(ObservationValue)
    assert adapter.validate_json(adapter.dump_json(sent)).value == value


@pytest.mark.parametrize("written", ["1.50", "1.5", " 1.5 ", "01.5", "1_0.5", "1E+1"])
@pytest.mark.parametrize("mode", ["json", "python"])
def test_a_figure_is_read_as_decimals_are_and_keeps_its_spelling(written: str, mode: str) -> None:
    body = {"measure": "population", "value": written}
    read = _OBSERVATION.validate_json(json.dumps(body)) if mode == "json" else _OBSERVATION.validate_python(body)
    assert str(read.value) == str(Decimal(written))


@pytest.mark.parametrize(("written", "kept"), [("12", "12"), ("12.5", "12.5"), ("1.0", "1"), ("1e3", "1000")])
def test_a_figure_may_be_a_json_number(written: str, kept: str) -> None:
    """Nobody of ours writes one. Kept otherwise than once it was, a rebuild would find a difference."""
    read = _OBSERVATION.validate_json(f'{{"measure": "population", "value": {written}}}')
    assert str(read.value) == kept


@pytest.mark.parametrize(
    ("value", "says"),
    [("twelve", "valid decimal"), ("sNaN", "finite"), ("-1", "from 0 to 1000000000000"), ("1.1234567", "6 decimals")],
)
def test_what_is_no_figure_is_refused_in_words(value: object, says: str) -> None:
    with pytest.raises(ValidationError, match=says) as refused:
        _OBSERVATION.validate_json(json.dumps({"measure": "population", "value": value}))
    assert [error["loc"] for error in refused.value.errors()] == [("value",)]


@pytest.mark.parametrize(
    ("member", "value"),
    [("value", "-0.1"), ("numerator", "1e31"), ("denominator", "1e-7"), ("reported", 10**12 + 1), ("expected", -1)],
)
def test_sums_and_counts_of_units_have_bounds_too(member: str, value: object) -> None:
    good: dict[str, object] = {"value": f"{10**26}.5", "reported": 1, "expected": 28, "assessment": "met"}
    assert IndicatorFigures.model_validate(good)
    with pytest.raises(ValidationError):
        IndicatorFigures.model_validate(good | {member: value})


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("24736@2025-07-01", "24736@2025-07-01"),
        ("SO_NOI_VU", "SO_NOI_VU"),
        ("Bà Nguyễn Thị Hoa", None),
        ("a" * 81, None),
        ("", None),
        (None, None),
        *((f"SO{letter}", None) for letter in "²½①৴\ud800\n"),
    ],
)
def test_an_act_carries_a_role_and_a_unit_that_is_a_code(unit: str | None, expected: str | None) -> None:
    assert acting("reporter", unit) == {"acting_role": "reporter", "acting_unit": expected, "acting_subject": None}


@given(st.text(st.characters(), min_size=1, max_size=90) | st.text("²½①৴_-é́a", min_size=1, max_size=3))
def test_whatever_a_token_names_an_act_can_be_told(unit: str) -> None:
    assert ActEvent(**acting("reporter", unit)).acting_unit in (unit, None)
