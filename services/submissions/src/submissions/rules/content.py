"""The canonical form of a report and its SHA-256, which the receipt prints and anyone can recompute."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from submissions.rules.observation import Observation, exact


def observation_json(observation: Observation) -> dict[str, Any]:
    return {
        "measure": observation.measure,
        "value": None if observation.value is None else exact(observation.value),
        "disaggregation": dict(sorted(observation.disaggregation.items())),
        "status": observation.status,
        "note": observation.note,
    }


def observations_json(observations: Iterable[Observation]) -> list[dict[str, Any]]:
    """Sorted by element and disaggregation: the order in which cells were typed is no fact."""
    return [observation_json(o) for o in sorted(observations, key=lambda o: (o.measure, o.key))]


def canonical(content: Mapping[str, Any]) -> bytes:
    """UTF-8 JSON, keys sorted, no blanks."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def content_sha256(
    form: str,
    unit: str,
    period: str,
    observations: Sequence[Mapping[str, Any]],
    narrative: Mapping[str, str],
    evidence: Sequence[str],
) -> str:
    """Hash of what was said, about whom and when; not of the revision or its reason."""
    content = {
        "form": form,
        "unit": unit,
        "period": period,
        "observations": observations,
        "narrative": narrative,
        "evidence": evidence,
    }
    return hashlib.sha256(canonical(content)).hexdigest()


def timeless_sha256(observations: Sequence[Mapping[str, Any]], narrative: Mapping[str, str]) -> str:
    """Hash without the period, equal when last year's report comes again with another date (docs/domain.md trap 18)."""
    return hashlib.sha256(canonical({"observations": observations, "narrative": narrative})).hexdigest()
