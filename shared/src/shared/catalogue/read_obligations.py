from shared.calendar import DueRule
from shared.catalogue.draft import Draft
from shared.catalogue.entry import Entry
from shared.catalogue.obligation import Obligation


def read_obligations(file: Entry, draft: Draft) -> None:
    for item in file.entries("obligations"):
        code = item.code("code")
        by, to, via = item.codes("by"), item.codes("to"), item.code_or_none("via")
        if not by:
            item.fault("by", "missing_key", f"obligation {code}: nobody owes it")
        named = [("by", body) for body in by] + [("to", body) for body in to] + ([("via", via)] if via else [])
        for key, body in named:
            if draft.body(body) is None and body not in draft.groups:
                item.fault(key, "unknown_unit", f"obligation {code}: no body or group {body}")
        obligation = Obligation(
            code=code,
            name_vi=item.text("vi"),
            name_en=item.text("en"),
            kind=item.choice(
                "kind",
                (
                    *("report", "synthesis", "review", "plan", "budget"),
                    *("appraisal", "inspection", "data", "training", "reminder"),
                ),
            ),
            by=by,
            to=to,
            via=via,
            every=item.choice(
                "every", ("year", "once", "year_and_five_years", "undated", "continuous", "periodic", "event")
            ),
            year=item.integer("year", 2000, 2099) if item.has("year") else None,
            due=read_due(item, draft, f"obligation {code}") if item.has("due") else None,
            quote=item.text("quote"),
            lines=item.text("lines"),
            confirmed=item.flag("confirmed", default=True),
            note=item.text_or_none("note"),
        )
        if draft.declare("obligation", code, item.place):
            draft.obligations[code] = obligation
        item.close()
    file.close()


def read_due(item: Entry, draft: Draft, who: str) -> DueRule | None:
    code = item.code("due")
    rule = draft.calendar.due_rules.get(code) if draft.calendar else None
    if rule is None:
        item.fault("due", "unknown_due_rule", f"{who}: no due rule {code}")
    return rule
