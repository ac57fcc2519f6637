"""The canonical form of a report and its SHA-256, which the receipt prints and anyone can recompute."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.text.decimals import plain
from submissions.rules.obligation import ReportingObligation
from submissions.rules.observation import Observation, ObservationJson

_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
"""UTF-8 JSON, keys sorted, no blanks."""


@dataclass(frozen=True)
class CanonicalContent:
    """What a report says, as it is kept, and the hashes of just that.

    `sha256`: of what was said, about whom and when; not of the revision, its reason or the marks.
    `timeless_sha256`: without whom and when, equal when last year's report comes again with another date
    (docs/domain.md trap 18).
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
    ordered = sorted(observations, key=lambda o: (o.measure, o.key))
    said = [_observation_json(o) for o in ordered]
    timeless = {"narrative": _canonical(narrative), "observations": _canonical(said)}
    whole = {
        **timeless,
        "form": _canonical(obligation.form),
        "unit": _canonical(obligation.unit),
        "period": _canonical(obligation.period),
        "evidence": _canonical(list(evidence)),
    }
    kept = [_marked(json, o) for json, o in zip(said, ordered, strict=True)]
    return CanonicalContent(kept, narrative, list(evidence), _sha256(whole), _sha256(timeless))


def _observation_json(observation: Observation) -> ObservationJson:
    return {
        "measure": observation.measure,
        "value": None if observation.value is None else plain(observation.value),
        "disaggregation": dict(sorted(observation.disaggregation.items())),
        "status": observation.status,
        "note": observation.note,
    }


def _marked(said: ObservationJson, observation: Observation) -> ObservationJson:
    """The mark is what was thought of a figure, not what was said: it is kept beside it and not hashed."""
    return {**said, "implausible": True} if observation.implausible else said


def _sha256(members: Mapping[str, str]) -> str:
    """Of an object whose members are canonical JSON already."""
    text = ",".join(f'"{name}":{members[name]}' for name in sorted(members))
    return hashlib.sha256(f"{{{text}}}".encode()).hexdigest()
