"""`dataschema` is an absolute address in what is written; what was written before is read all the same."""

import json
from datetime import UTC, datetime

import pytest

from shared.events import LOCAL_SCHEMAS, Event, SourceHeartbeat, dataschema_of, parse

NOW = datetime(2026, 12, 1, tzinfo=UTC)
TYPE = SourceHeartbeat.type


def beat(**more: str) -> Event:
    data = SourceHeartbeat(sequence=0, pending=0)
    return Event.of(data, source="/audit", subject="/audit", time=NOW, catalogue_version="0", **more)


def test_the_schema_of_an_event_has_an_absolute_address() -> None:
    assert json.loads(beat().to_bytes())["dataschema"] == f"{LOCAL_SCHEMAS}/{TYPE}.json"
    assert beat(schemas="https://tiendo.example/schemas").dataschema == f"https://tiendo.example/schemas/{TYPE}.json"


@pytest.mark.parametrize("written", [f"/schemas/{TYPE}.json", dataschema_of(TYPE), "https://old.example/x.json"])
def test_every_form_is_read_and_its_bytes_stay(written: str) -> None:
    body = beat().model_copy(update={"dataschema": written}).to_bytes()
    assert parse(body).dataschema == written
    assert parse(body).to_bytes() == body
