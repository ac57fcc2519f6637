"""From the JSON of a report to a `Report`, with everything that has the wrong shape among its violations."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from shared.text import confirmation
from shared.text.confirmation import CONFIRMATIONS
from submissions.rules import limits
from submissions.rules.checks.observations import check_keys
from submissions.rules.observation import ObservationEntry
from submissions.rules.revision import Report
from submissions.rules.violation import Violation, escape, violation

OBSERVATION = ("measure", "value", "disaggregation", "status", "note")
REPORT = ("observations", "narrative", "evidence", "reason", "confirmed")

ListOrObject = TypeVar("ListOrObject", list[Any], dict[str, Any])


def read_report(raw: Mapping[str, Any], *, illustrative: bool) -> Report:
    """`raw` is an object as it was sent. What has the wrong type stands in `Report.wrong`, the rest is read on."""
    wrong_keys = check_keys([key for key in raw if key not in REPORT], "")
    observations, wrong_observations = read_part(list, raw.get("observations"), "observations")
    narrative, wrong_narrative = read_part(dict, raw.get("narrative", {}), "narrative")
    evidence, wrong_evidence = read_part(list, raw.get("evidence", []), "evidence")
    reason = raw.get("reason")
    wrong_texts = check_texts(narrative, evidence, reason)
    confirmed, wrong_confirmed = read_confirmed(raw.get("confirmed", []))
    return Report(
        [read_entry(observation) for observation in observations],
        {key: text for key, text in narrative.items() if isinstance(text, str)},
        [text if isinstance(text, str) else "" for text in evidence],
        reason if isinstance(reason, str) else None,
        illustrative,
        wrong=wrong_keys + wrong_observations + wrong_narrative + wrong_evidence + wrong_texts + wrong_confirmed,
        confirmed=confirmed,
    )


def read_part(type_: type[ListOrObject], raw: object, name: str) -> tuple[ListOrObject, list[Violation]]:
    """A part of the report; an empty one, and the violation, in place of what has another type."""
    return (raw, []) if isinstance(raw, type_) else (type_(), [violation(f"{name}_expected", f"/{name}")])


def check_texts(narrative: Mapping[str, object], evidence: Sequence[object], reason: object) -> list[Violation]:
    """Only the reason may be null."""
    wrong = not_text({f"/narrative/{escape(key)}": text for key, text in narrative.items()})
    wrong += not_text({f"/evidence/{index}": text for index, text in enumerate(evidence)})
    return wrong if reason is None else wrong + not_text({"/reason": reason})


def read_confirmed(raw: object) -> tuple[frozenset[str], list[Violation]]:
    """What the sender confirms to have looked at again, and what there is not to confirm."""
    read = confirmation.read_confirmed(raw)
    if read is None:
        return frozenset(), [violation("confirmed_expected", "/confirmed")]
    options = ", ".join(CONFIRMATIONS)
    wrong = [
        violation("unknown_confirmation", f"/confirmed/{index}", name=name, options=options)
        for index, name in read.unknown.items()
    ]
    return frozenset(read.known), wrong


def read_entry(raw: object) -> ObservationEntry | None:
    """None for what is no object. `check_observations` checks what is in it, together with the other entries."""
    if not isinstance(raw, dict):
        return None
    return ObservationEntry(
        raw.get("measure"),
        raw.get("value"),
        raw.get("disaggregation", {}),
        raw.get("status", "final"),
        raw.get("note"),
        tuple(key for key in raw if key not in OBSERVATION),
    )


def not_text(values: Mapping[str, object]) -> list[Violation]:
    """Every value, by its pointer, that is no text; the first of them."""
    wrong = (pointer for pointer, value in values.items() if not isinstance(value, str))
    return [violation("text_expected", pointer) for pointer in islice(wrong, limits.NARRATIVES)]
