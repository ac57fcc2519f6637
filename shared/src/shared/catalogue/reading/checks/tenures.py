from collections.abc import Iterator, Sequence
from datetime import date

from shared.catalogue.catalogue import Catalogue
from shared.catalogue.reading.entry import Entry
from shared.catalogue.reading.files import PlanFiles
from shared.catalogue.reading.flaw import Flaw
from shared.catalogue.reading.models.indicators import IndicatorEntry
from shared.catalogue.reading.models.plan import PlanEntry
from shared.catalogue.reading.models.units import TenureEntry


def check_tenures(files: PlanFiles, catalogue: Catalogue) -> Iterator[Flaw]:
    """Every indicator has exactly one owner on every day of the plan, or one per category of split_by."""
    plan = files.plan.plan
    yield from _tenures("coordinator", files.agencies.coordinator, plan, "coordinator", plan, catalogue)
    for indicator in files.indicators.indicators:
        if not indicator.split_by:
            yield from _owners(indicator, (None,), plan, catalogue)
        elif dimension := catalogue.dimensions.get(indicator.split_by):
            yield from _owners(indicator, dimension.category_ids, plan, catalogue)


def _owners(
    indicator: IndicatorEntry, parts: Sequence[str | None], plan: PlanEntry, catalogue: Catalogue
) -> Iterator[Flaw]:
    for tenure in indicator.owners:
        if tenure.part not in parts:
            allowed = ", ".join(part or "no part" for part in parts)
            message = f"indicator {indicator.code}: part {tenure.part}; allowed: {allowed}"
            yield Flaw(tenure, "part", "unknown_part", message)
    for part in parts:
        what = f"indicator {indicator.code}" + (f", part {part}" if part else "")
        held = [tenure for tenure in indicator.owners if tenure.part == part]
        yield from _tenures(what, held, indicator, "owner", plan, catalogue)


def _tenures(
    what: str, held: Sequence[TenureEntry], holder: Entry, role: str, plan: PlanEntry, catalogue: Catalogue
) -> Iterator[Flaw]:
    for tenure in held:
        yield from _tenure(what, tenure, catalogue)
    if not any(entry.is_unread("valid_from", "valid_to") for entry in (plan, *held)):
        yield from _succession(what, held, holder, role, plan)


def _tenure(what: str, tenure: TenureEntry, catalogue: Catalogue) -> Iterator[Flaw]:
    unit = catalogue.units.get(tenure.unit)
    if unit is None:
        yield Flaw(tenure, "unit", "unknown_unit", f"{what}: no body {tenure.unit}")
    elif not tenure.is_unread("valid_from", "valid_to") and not unit.spans(tenure.valid_from, tenure.valid_to):
        message = f"{what}: {tenure.unit} does not exist through its whole tenure"
        yield Flaw(tenure, "unit", "unit_not_valid", message)
    if tenure.valid_to is not None and tenure.valid_to <= tenure.valid_from:
        message = f"{what}: ends on {tenure.valid_to}, not after {tenure.valid_from}"
        yield Flaw(tenure, "valid_to", "bad_interval", message)


def _succession(what: str, held: Sequence[TenureEntry], holder: Entry, role: str, plan: PlanEntry) -> Iterator[Flaw]:
    """One body at a time, from the first day of the plan to the last."""
    reached: date = plan.valid_from
    for tenure in sorted(held, key=lambda tenure: (tenure.valid_from, tenure.location())):
        if tenure.valid_from > reached:
            yield Flaw(tenure, "valid_from", f"{role}_gap", f"{what}: nobody from {reached} to {tenure.valid_from}")
        elif tenure.valid_from < reached and reached > plan.valid_from:
            message = f"{what}: {tenure.unit} and another at once from {tenure.valid_from}"
            yield Flaw(tenure, "valid_from", f"two_{role}s", message)
        reached = max(reached, tenure.valid_to or date.max)
    if reached < plan.valid_to:
        yield Flaw(holder, None, f"{role}_gap", f"{what}: nobody from {reached} to {plan.valid_to}")
