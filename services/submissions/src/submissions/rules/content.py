"""The canonical form of a report and its SHA-256, which the receipt prints and anyone can recompute."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict

from shared.events import Status
from shared.text.decimals import plain
from submissions.rules.obligation import ReportingObligation
from submissions.rules.observation import Observation


class ObservationJson(TypedDict):
    """An observation as it is kept, hashed and answered."""

    measure: str
    value: str | None
    disaggregation: dict[str, str]
    status: Status
    note: str | None


@dataclass(frozen=True)
class CanonicalContent:
    """What a report says, as it is kept, and the hashes of just that.

    `sha256`: of what was said, about whom and when; not of the revision or its reason. `timeless_sha256`: without
    whom and when, equal when last year's report comes again with another date (docs/domain.md trap 18).
    """

    observations: Sequence[ObservationJson]
    narrative: Mapping[str, str]
    evidence: Sequence[str]
    sha256: str
    timeless_sha256: str


def canonical_content(
    obligation: ReportingObligation,
    observations: Sequence[Observation],
    narrative: Mapping[str, str],
    evidence: Sequence[str],
) -> CanonicalContent:
    """Observations are sorted by element and disaggregation: the order in which cells were typed is no fact."""
    kept = [_observation_json(o) for o in sorted(observations, key=lambda o: (o.measure, o.key))]
    timeless = {"observations": kept, "narrative": narrative}
    whole = {
        **timeless,
        "form": obligation.form,
        "unit": obligation.unit,
        "period": obligation.period,
        "evidence": list(evidence),
    }
    return CanonicalContent(kept, narrative, list(evidence), _sha256(whole), _sha256(timeless))


def _observation_json(observation: Observation) -> ObservationJson:
    return {
        "measure": observation.measure,
        "value": None if observation.value is None else plain(observation.value),
        "disaggregation": dict(sorted(observation.disaggregation.items())),
        "status": observation.status,
        "note": observation.note,
    }


def _sha256(content: Mapping[str, object]) -> str:
    """Of UTF-8 JSON, keys sorted, no blanks."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
