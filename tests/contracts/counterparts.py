"""What must stand beside an event class, and what to write where it is missing.

Two things need no check here: a class that its consumers do not handle fails mypy (they match over the union of their
topic), and a union that lacks a class fails the import of `shared.events`.
"""

import ast
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml

from audit.rules.entry import LOGGED_TYPES
from audit.rules.sentence import check_sentences, sentence
from audit.rules.texts import text
from shared import events
from shared.errors import StartError
from shared.events import EventData
from tests.house.tracked import nodes_of

from .schemas import FOLDER, PUBLISHES, ROOT

CONTRACTS = Path(__file__).parent
MESSAGING = ROOT / "shared" / "src" / "shared" / "messaging"  # publishes for every service: heartbeats, dead letters
REGENERATE = "run `.venv/bin/python -m tests.contracts.schemas`"


def missing(model: type[EventData]) -> list[str]:
    """Everything that a registered event class lacks, each as an instruction."""
    return [*_door(model), *_contract(model), *_publisher(model), *_sentence(model)]


def _door(model: type[EventData]) -> Iterator[str]:
    if getattr(events, model.__name__, None) is not model or model.__name__ not in events.__all__:
        yield f"import {model.__name__} in shared/events/__init__.py: services read through this door only"


def _contract(model: type[EventData]) -> Iterator[str]:
    if not (FOLDER / "events" / f"{model.type}.json").exists():
        yield f"{REGENERATE}: deploy/schemas/events/ has no {model.type}.json"
    for service in _publishers(model):
        if model.type not in _messages(service):
            yield f"{REGENERATE}: deploy/schemas/{service}.asyncapi.yaml has no {model.type}"
    if not (CONTRACTS / "published" / model.type / "1.json").exists():
        folder = f"tests/contracts/published/{model.type}"
        yield f"publish its schema: mkdir -p {folder} && cp deploy/schemas/events/{model.type}.json {folder}/1.json"
    if not _sample(model).exists():
        yield f"archive the bytes of one event as tests/contracts/samples/{model.type}.json (`Event.of(…).to_bytes()`)"


def _publisher(model: type[EventData]) -> Iterator[str]:
    services = _publishers(model)
    if not services:
        yield f"say in tests/contracts/schemas.py (PUBLISHES) which service publishes {model.topic}"
    elif not any(model.__name__ in names_used(folder) for folder in (*map(source_of, services), MESSAGING)):
        yield f"publish {model.__name__} in {' or '.join(services)} (Event.of(…), then publish), or delete the class"


def _sentence(model: type[EventData]) -> Iterator[str]:
    """How the log tells it, in both languages, tried on the archived sample."""
    if model is events.SourceHeartbeat:
        return  # the one event that the log does not keep
    try:
        check_sentences([model.type])
    except StartError as error:
        yield from str(error).splitlines()
        return
    if model.type in LOGGED_TYPES and _sample(model).exists():
        sample = json.loads(_sample(model).read_text("utf-8"))
        told = sentence(model.type, sample["subject"], sample["data"], lambda key, _: key)
        if told == text("event.other", type=model.type, subject=sample["subject"]):
            yield f"audit/rules/sentence.py cannot fill the sentence of {model.type} from its archived sample"


def source_of(service: str) -> Path:
    return ROOT / "services" / service / "src"


def _sample(model: type[EventData]) -> Path:
    return CONTRACTS / "samples" / f"{model.type}.json"


def _publishers(model: type[EventData]) -> list[str]:
    return [service for service, topics in PUBLISHES.items() if model.topic in topics]


@cache
def _messages(service: str) -> frozenset[str]:
    """The event types in the service's AsyncAPI document."""
    document = yaml.safe_load((FOLDER / f"{service}.asyncapi.yaml").read_text("utf-8"))
    return frozenset(document["components"]["messages"])


@cache
def names_used(folder: Path) -> frozenset[str]:
    """Every name that the code below the folder uses; imports do not count."""
    files = (nodes_of(file.read_text("utf-8")) for file in folder.rglob("*.py"))
    return frozenset(node.id for nodes in files for node in nodes if isinstance(node, ast.Name))
