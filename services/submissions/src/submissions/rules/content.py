"""The canonical form of a report and its SHA-256, which the receipt prints and anyone can recompute."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TypedDict

from shared.events import Status
from submissions.rules.obligation import ReportingObligation
from submissions.rules.observation import Observation, exact


class ObservationJson(TypedDict):
    """An observation as it is kept, hashed and answered."""

    measure: str
    value: str | None
    disaggregation: dict[str, str]
    status: Status
    note: str | None


def observation_json(observation: Observation) -> ObservationJson:
    return {
        "measure": observation.measure,
        "value": None if observation.value is None else exact(observation.value),
        "disaggregation": dict(sorted(observation.disaggregation.items())),
        "status": observation.status,
        "note": observation.note,
    }


def observations_json(observations: Iterable[Observation]) -> list[ObservationJson]:
    """Sorted by element and disaggregation: the order in which cells were typed is no fact."""
    return [observation_json(o) for o in sorted(observations, key=lambda o: (o.measure, o.key))]


def canonical(content: Mapping[str, object]) -> bytes:
    """UTF-8 JSON, keys sorted, no blanks."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def content_sha256(
    obligation: ReportingObligation,
    observations: Sequence[ObservationJson],
    narrative: Mapping[str, str],
    evidence: Sequence[str],
) -> str:
    """Hash of what was said, about whom and when; not of the revision or its reason."""
    content = {
        "form": obligation.form,
        "unit": obligation.unit,
        "period": obligation.period,
        "observations": observations,
        "narrative": narrative,
        "evidence": evidence,
    }
    return hashlib.sha256(canonical(content)).hexdigest()


def timeless_sha256(observations: Sequence[ObservationJson], narrative: Mapping[str, str]) -> str:
    """Hash without the period, equal when last year's report comes again with another date (docs/domain.md trap 18)."""
    return hashlib.sha256(canonical({"observations": observations, "narrative": narrative})).hexdigest()
