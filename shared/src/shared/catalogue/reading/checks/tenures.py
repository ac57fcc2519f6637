from collections.abc import Iterator, Sequence
from datetime import date

from shared.catalogue.catalogue import Catalogue
from shared.catalogue.reading.entry import Entry
from shared.catalogue.reading.files import PlanFiles
from shared.catalogue.reading.flaw import Flaw
from shared.catalogue.reading.models.units import TenureEntry


def check_tenures(files: PlanFiles, catalogue: Catalogue) -> Iterator[Flaw]:
    """Every indicator has exactly one owner on every day of the plan, or one per category of split_by."""
    plan = files.plan.plan
    yield from _check("coordinator", files.agencies.coordinator, plan, "coordinator", files, catalogue)
    for indicator in files.indicators.indicators:
        dimension = catalogue.dimensions.get(indicator.split_by or "")
        if indicator.split_by and dimension is None:
            continue
        parts: tuple[str | None, ...] = dimension.category_ids if dimension else (None,)
        for tenure in indicator.owners:
            if tenure.part not in parts:
                allowed = ", ".join(part or "no part" for part in parts)
                message = f"indicator {indicator.code}: part {tenure.part}; allowed: {allowed}"
                yield Flaw(tenure, "part", "unknown_part", message)
        for part in parts:
            what = f"indicator {indicator.code}" + (f", part {part}" if part else "")
            held = [tenure for tenure in indicator.owners if tenure.part == part]
            yield from _check(what, held, indicator, "owner", files, catalogue)


def _check(
    what: str, held: Sequence[TenureEntry], holder: Entry, role: str, files: PlanFiles, catalogue: Catalogue
) -> Iterator[Flaw]:
    """One body at a time, from the first day of the plan to the last."""
    plan = files.plan.plan
    reached: date = plan.valid_from
    unknown = any(entry.is_unread("valid_from", "valid_to") for entry in (plan, *held))
    for tenure in sorted(held, key=lambda tenure: (tenure.valid_from, tenure.location())):
        unit = catalogue.units.get(tenure.unit)
        if unit is None:
            yield Flaw(tenure, "unit", "unknown_unit", f"{what}: no body {tenure.unit}")
        elif not tenure.is_unread("valid_from", "valid_to") and not unit.spans(tenure.valid_from, tenure.valid_to):
            message = f"{what}: {tenure.unit} does not exist through its whole tenure"
            yield Flaw(tenure, "unit", "unit_not_valid", message)
        if tenure.valid_to is not None and tenure.valid_to <= tenure.valid_from:
            message = f"{what}: ends on {tenure.valid_to}, not after {tenure.valid_from}"
            yield Flaw(tenure, "valid_to", "bad_interval", message)
        if unknown:
            continue
        if tenure.valid_from > reached:
            yield Flaw(tenure, "valid_from", f"{role}_gap", f"{what}: nobody from {reached} to {tenure.valid_from}")
        elif tenure.valid_from < reached and reached > plan.valid_from:
            message = f"{what}: {tenure.unit} and another at once from {tenure.valid_from}"
            yield Flaw(tenure, "valid_from", f"two_{role}s", message)
        reached = max(reached, tenure.valid_to or date.max)
    if reached < plan.valid_to and not unknown:
        yield Flaw(holder, None, f"{role}_gap", f"{what}: nobody from {reached} to {plan.valid_to}")
