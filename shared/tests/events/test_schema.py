"""The schemas as a reader that is not ours takes them: by a validator of JSON Schema."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from shared.events import DATA_TYPES, EventData, Schema, data_schema, dataschema_of, event_schema

SAMPLES = Path(__file__).parents[3] / "tests" / "contracts" / "samples"
EVERY_TYPE = pytest.mark.parametrize("model", DATA_TYPES.values(), ids=DATA_TYPES.keys())
SCHEMAS = "https://tiendo.example/schemas"


def sample(model: type[EventData]) -> Schema:
    return json.loads((SAMPLES / f"{model.type}.json").read_text("utf-8"))  # type: ignore[no-any-return]


def faults(schema: Schema, document: object) -> list[str]:
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


@EVERY_TYPE
def test_an_archived_event_is_valid(model: type[EventData]) -> None:
    event = sample(model)
    assert faults(data_schema(model), event["data"]) == []
    assert faults(event_schema(model), event) == []


@EVERY_TYPE
def test_each_schema_is_called_as_it_is_served(model: type[EventData]) -> None:
    assert data_schema(model, SCHEMAS)["$id"] == dataschema_of(model.type, SCHEMAS) == f"{SCHEMAS}/{model.type}.json"
    assert event_schema(model, SCHEMAS)["$id"] == f"{SCHEMAS}/events/{model.type}.json"


@EVERY_TYPE
def test_a_reader_takes_a_member_of_tomorrow_a_writer_may_not(model: type[EventData]) -> None:
    event = sample(model)
    tomorrow = {**event, "data": {**event["data"], "of_tomorrow": "x"}}
    assert faults(data_schema(model), tomorrow["data"]) == []
    assert len(faults(event_schema(model), tomorrow)) == 1


@EVERY_TYPE
def test_a_member_that_is_missing_is_told(model: type[EventData]) -> None:
    required = data_schema(model)["required"]
    data = sample(model)["data"]
    for name in required:
        assert faults(data_schema(model), {n: v for n, v in data.items() if n != name})
