from collections.abc import Mapping


def disaggregation_key(disaggregation: Mapping[str, str]) -> str:
    """Canonical text: {"sex": "male", "area": "urban"} is "area=urban,sex=male", {} is ""."""
    if not disaggregation:
        return ""
    return ",".join(f"{dimension}={category}" for dimension, category in sorted(disaggregation.items()))


def parse_disaggregation(key: str) -> dict[str, str]:
    """The inverse of disaggregation_key. Raises ValueError for text that is not canonical."""
    found: dict[str, str] = {}
    for part in key.split(",") if key else []:
        dimension, equals, category = part.partition("=")
        if not (dimension and equals and category) or "=" in category:
            raise ValueError(f"not a disaggregation: {key!r} (write sex=male)")
        found[dimension] = category
    if disaggregation_key(found) != key:
        raise ValueError(f"not a canonical disaggregation: {key!r}")
    return found
