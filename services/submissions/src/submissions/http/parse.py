"""From the JSON of a report to a `Report`, with everything that has the wrong shape among its violations."""

from collections.abc import Mapping
from typing import Any

from shared.text import confirmation
from shared.text.confirmation import CONFIRMATIONS
from submissions.rules import limits
from submissions.rules.observation import ObservationEntry
from submissions.rules.revision import Report
from submissions.rules.violation import Violation, escape, shown, violation

OBSERVATION = ("measure", "value", "disaggregation", "status", "note")
REPORT = ("observations", "narrative", "evidence", "reason", "confirmed")


def read_report(raw: Mapping[str, Any], *, illustrative: bool) -> Report:
    """`raw` is an object as it was sent. What has the wrong type stands in `Report.wrong`, the rest is read on."""
    wrong = [
        violation("unknown_key", f"/{escape(key)}", name=shown(key))
        for key in [key for key in raw if key not in REPORT][: limits.UNKNOWN_KEYS]
    ]
    observations = raw.get("observations")
    if not isinstance(observations, list):
        wrong.append(violation("observations_expected", "/observations"))
        observations = []
    narrative, evidence = raw.get("narrative", {}), raw.get("evidence", [])
    if not isinstance(narrative, dict):
        wrong.append(violation("narrative_expected", "/narrative"))
        narrative = {}
    if not isinstance(evidence, list):
        wrong.append(violation("evidence_expected", "/evidence"))
        evidence = []
    wrong += not_text({f"/narrative/{escape(key)}": text for key, text in narrative.items()})
    wrong += not_text({f"/evidence/{index}": text for index, text in enumerate(evidence)})
    reason = raw.get("reason")
    if reason is not None:
        wrong += not_text({"/reason": reason})
    confirmed, wrong_confirmed = read_confirmed(raw.get("confirmed", []))
    wrong += wrong_confirmed
    return Report(
        [read_entry(observation) for observation in observations],
        {key: text for key, text in narrative.items() if isinstance(text, str)},
        [text if isinstance(text, str) else "" for text in evidence],
        reason if isinstance(reason, str) else None,
        illustrative,
        wrong=wrong,
        confirmed=confirmed,
    )


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
    wrong = [violation("text_expected", pointer) for pointer, value in values.items() if not isinstance(value, str)]
    return wrong[: limits.NARRATIVES]
