"""Every event schema against all that were ever published; `published/TYPE/N.json` are never edited, only added to."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.events import DATA_TYPES, LOCAL_SCHEMAS, event_schema

from .compatibility import breaks, with_address

PUBLISHED = Path(__file__).parent / "published"
RECEIVED = "vn.tiendo.submission.received.v1"


def versions(type_: str) -> list[dict[str, Any]]:
    """In the order of their publication."""
    files = sorted((PUBLISHED / type_).glob("*.json"), key=lambda path: int(path.stem))
    return [json.loads(path.read_text(encoding="utf-8")) for path in files]


@pytest.mark.parametrize("type_", sorted(DATA_TYPES))
def test_today_is_an_addition_to_every_day_before(type_: str) -> None:
    today = event_schema(DATA_TYPES[type_])
    earlier = versions(type_)
    assert {n: found for n, old in enumerate(earlier, 1) if (found := breaks(old, today))} == {}
    assert earlier and with_address(earlier[-1]) == json.loads(json.dumps(today)), (
        f"publish it: cp deploy/schemas/events/{type_}.json tests/contracts/published/{type_}/{len(earlier) + 1}.json"
    )


def test_no_published_type_was_dropped() -> None:
    assert {path.name for path in PUBLISHED.iterdir()} == set(DATA_TYPES)


def _data(schema: dict[str, Any]) -> dict[str, Any]:
    return schema["$defs"]["SubmissionReceived"]  # type: ignore[no-any-return]


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "properties/form: is gone": lambda s: _data(s)["properties"].pop("form"),
    "form is no longer required": lambda s: _data(s)["required"].remove("form"),
    "illustrative became required": lambda s: _data(s)["required"].append("illustrative"),
    "form/maxLength: was 80, is 40": lambda s: _data(s)["properties"]["form"].update(maxLength=40),
    "revision/minimum: was 1, is None": lambda s: _data(s)["properties"]["revision"].pop("minimum"),
    "version/type: was 'integer', is 'string'": lambda s: _data(s)["properties"]["version"].update(type="string"),
    "status/enum": lambda s: s["$defs"]["ObservationValue"]["properties"]["status"]["enum"].append("guessed"),
    "sequence/anyOf/0/pattern": lambda s: s["properties"]["sequence"]["anyOf"][0].update(pattern="^x$"),
    "$id: was": lambda s: s.update({"$id": s["$id"].replace("received", "accepted")}),
    "type/const": lambda s: s["properties"]["type"].update(const="vn.tiendo.submission.received.v2"),
}


@pytest.mark.parametrize("told", CHANGES)
def test_whatever_is_no_addition_is_named(told: str) -> None:
    old = versions(RECEIVED)[0]
    new = with_address(copy.deepcopy(old))
    CHANGES[told](new)
    (found,) = breaks(old, new)
    assert told in found


@pytest.mark.parametrize(
    "name",
    [
        f"/schemas/{RECEIVED}.json",
        f"{LOCAL_SCHEMAS}/{RECEIVED}.json",
        f"{LOCAL_SCHEMAS}/events/vn.tiendo.submission.accepted.v1.json",
        f"http://elsewhere/schemas/events/{RECEIVED}.json",
    ],
)
def test_of_names_only_the_path_that_became_an_address_may_change(name: str) -> None:
    old = versions(RECEIVED)[0]
    assert old["$id"] == f"/schemas/{RECEIVED}.json"
    address = with_address(old)
    assert address == old | {"$id": f"{LOCAL_SCHEMAS}/events/{RECEIVED}.json"}
    assert breaks(old, address) == breaks(address, address) == []
    for published in (old, address):
        (found,) = breaks(published, old | {"$id": name})
        assert found.startswith("/$id: was ")


def test_a_new_optional_member_is_an_addition() -> None:
    old = versions(RECEIVED)[0]
    new = with_address(copy.deepcopy(old))
    _data(new)["properties"]["channel"] = {"type": "string"}
    new["title"] = "another title"
    assert breaks(old, new) == []
