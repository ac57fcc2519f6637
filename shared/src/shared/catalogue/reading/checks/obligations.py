from collections.abc import Iterator

from shared.catalogue.catalogue import Catalogue
from shared.catalogue.reading.files import PlanFiles
from shared.catalogue.reading.flaw import Flaw


def check_obligations(files: PlanFiles, catalogue: Catalogue) -> Iterator[Flaw]:
    yield from _inspections(files)
    known = catalogue.units.keys() | catalogue.receivers.keys() | catalogue.groups.keys()
    for obligation in files.obligations.obligations:
        what = f"obligation {obligation.code}"
        if not obligation.by:
            yield Flaw(obligation, "by", "missing_key", f"{what}: nobody owes it")
        for key, bodies in (("by", obligation.by), ("to", obligation.to), ("via", filter(None, (obligation.via,)))):
            for body in bodies:
                if body not in known:
                    yield Flaw(obligation, key, "unknown_unit", f"{what}: no body or group {body}")
        if obligation.due is not None and obligation.due not in catalogue.calendar.due_rules:
            yield Flaw(obligation, "due", "unknown_due_rule", f"{what}: no due rule {obligation.due}")


def _inspections(files: PlanFiles) -> Iterator[Flaw]:
    obligations = files.obligations.obligations
    if not any(obligation.kind == "inspection" or obligation.is_unread("kind") for obligation in obligations):
        message = "no obligation of the kind inspection: without one nobody can log an inspection of the plan"
        yield Flaw(files.obligations, "obligations", "no_inspection", message)
