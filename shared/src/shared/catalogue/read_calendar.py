from datetime import date

from shared.calendar import DueRule, Frequency, Override
from shared.catalogue.draft import Draft
from shared.catalogue.entry import Entry
from shared.catalogue.plan import ActionMonth, DataWindow, PlanCalendar

FREQUENCIES: tuple[Frequency, ...] = ("year", "quarter")


def read_calendar(file: Entry, draft: Draft) -> None:
    zone = file.choice("timezone", ("Asia/Ho_Chi_Minh",))
    windows = []
    for item in file.entries("windows"):
        frequency = item.choice("frequency", FREQUENCIES)
        windows.append(
            DataWindow(frequency, item.text("first"), item.text("last"), item.text("law"), item.flag("confirmed", True))
        )
        item.close()
    rules: dict[str, DueRule] = {}
    for item in file.entries("due_rules"):
        rule = _read_rule(item)
        if draft.declare("due rule", rule.code, item.place):
            rules[rule.code] = rule
    overrides = []
    for item in file.entries("overrides", required=False):
        override = Override(item.day("date"), item.flag("working"), item.text("source"))
        draft.declare("override", override.day.isoformat(), item.place)
        overrides.append(override)
        item.close()
    reminders = file.entry("reminders")
    month = file.entry("action_month")
    draft.calendar = PlanCalendar(
        timezone=zone,
        windows=tuple(windows),
        due_rules=rules,
        remind_before=_days(reminders, "before"),
        remind_after=_days(reminders, "after"),
        overrides=tuple(overrides),
        action_month=ActionMonth(
            _month_day(month, "first"),
            _month_day(month, "last"),
            month.text("vi"),
            month.text("en"),
            month.text("source"),
        ),
    )
    for entry in (reminders, month, file):
        entry.close()


def _read_rule(item: Entry) -> DueRule:
    month = None if item.code("month") == "last" else item.integer("month", 1, 12)
    rule = DueRule(
        code=item.code("code"),
        frequency=item.choice("frequency", FREQUENCIES),
        month=month,
        day=item.integer("day", 1, 28),
        year_offset=item.integer("year_offset", -5, 5),
        weekend=item.choice("weekend", ("strict", "next_working_day")),
        confirmed=item.flag("confirmed", default=True),
        source=item.text("source"),
        vi=item.text("vi"),
        en=item.text("en"),
    )
    if rule.frequency == "quarter" and month is not None:
        item.fault("month", "bad_choice", f"rule {rule.code}: a quarter's month is 'last'")
    item.close()
    return rule


def _days(entry: Entry, key: str) -> tuple[int, ...]:
    found = entry.codes(key)
    if not entry.has(key):
        entry.fault(key, "missing_key", f"{key!r} must list numbers of days (or be [])")
    if not all(text.isdecimal() and len(text) <= 3 for text in found):
        entry.fault(key, "bad_integer", f"{key!r} must list numbers of days")
        return ()
    return tuple(int(text) for text in found)


def _month_day(entry: Entry, key: str) -> tuple[int, int]:
    item = entry.entry(key)
    month, day = item.integer("month", 1, 12), item.integer("day", 1, 31)
    try:
        date(2024, month, day)
    except ValueError:
        item.fault("day", "bad_date", f"no day {day} in month {month}")
    item.close()
    return month, day
