"""What to look for in the log, read from a query string: every fault is named at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from audit.rules.entry import LOGGED_TYPES
from audit.rules.sentence import short
from audit.rules.texts import fault
from audit.rules.vocabulary import Vocabulary
from shared.calendar import VIETNAM
from shared.calendar.written import meant_day, read_day, read_instant
from shared.text import Fault
from shared.text.figures import day as day_of
from shared.text.identifier import writings

FILTERS = ("type", "subject", "unit", "period", "from", "to", "source", "q", "order")
SOURCES = ("submissions", "aggregation", "notifications", "audit")
SHORT_TYPES = {short(name): name for name in LOGGED_TYPES}
TEXT_LIMIT = 200
MOST_NAMED = 10
LENGTH_OF_A_DAY = len("2026-12-14")


@dataclass(frozen=True, slots=True)
class Search:
    """`since` ≤ time < `until`, aware instants.

    `q` are the writings of an id (of an event, subject, obligation, submission or trace, or a report's hash), `called`
    the units of that name. `units` are those asked for: more than one where they have one name. `by_content`: whether
    `q` may be a report's hash.
    """

    type: str | None = None
    subject: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    period: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    source: str | None = None
    q: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    oldest_first: bool = False
    by_content: bool = True


def read_search(query: Mapping[str, str], vocabulary: Vocabulary) -> tuple[Search, list[Fault]]:
    """Empty values count as not given. A plain day is that day in Vietnam, the last day of `to` included."""
    faults: list[Fault] = []
    given = _given(query, faults)
    type_, source = _type(given, faults), _source(given, faults)
    units = _units(given, vocabulary, faults)
    _check_codes(given, vocabulary, faults)
    since = _instant(given, "from", faults)
    until = _instant(given, "to", faults, end_of_day=True)
    if since and until and since >= until:
        faults.append(fault("from-after-to", "/query/from"))
    search = Search(
        type=type_,
        subject=writings(given["subject"]) if "subject" in given else (),
        units=units,
        period=given.get("period"),
        since=since,
        until=until,
        source=source,
        q=writings(given["q"]) if "q" in given else (),
        called=vocabulary.units_called(given["q"]) if "q" in given else (),
        oldest_first=given.get("order") == "asc",
    )
    return search, faults


def _given(query: Mapping[str, str], faults: list[Fault]) -> dict[str, str]:
    """The filters that have a value, without those that no filter can be."""
    given = {name: value.strip() for name, value in query.items() if name in FILTERS and value.strip()}
    bad = [name for name, value in given.items() if len(value) > TEXT_LIMIT or "\0" in value]
    faults += [fault("bad-filter", f"/query/{name}", limit=TEXT_LIMIT) for name in bad]
    return {name: value for name, value in given.items() if name not in bad}


def _type(given: Mapping[str, str], faults: list[Fault]) -> str | None:
    """The full type, whether it was given full or short."""
    value = given.get("type")
    if value is None:
        return None
    type_ = SHORT_TYPES.get(value, value)
    if type_ not in LOGGED_TYPES:
        faults.append(fault("unknown-type", "/query/type", value=value, options=", ".join(SHORT_TYPES)))
    return type_


def _source(given: Mapping[str, str], faults: list[Fault]) -> str | None:
    """The source with its slash, whether it was given with one or without."""
    value = given.get("source")
    if value is None:
        return None
    name = value.lstrip("/")
    if name not in SOURCES:
        faults.append(fault("unknown-source", "/query/source", value=value, options=", ".join(SOURCES)))
    return f"/{name}"


def _units(given: Mapping[str, str], vocabulary: Vocabulary, faults: list[Fault]) -> tuple[str, ...]:
    """By key or by name. Units that only share some words are told, since a filter means one of them."""
    value = given.get("unit")
    if value is None:
        return ()
    if value in vocabulary.units:
        return (value,)
    found = vocabulary.units_called(value)
    if not found:
        faults.append(fault("unknown-unit", "/query/unit", value=value, options=""))
    elif not vocabulary.same_name(found):
        options = vocabulary.listed(found, MOST_NAMED)
        faults.append(fault("ambiguous-unit", "/query/unit", value=value, options=options))
        return ()
    return found


def _check_codes(given: Mapping[str, str], vocabulary: Vocabulary, faults: list[Fault]) -> None:
    if "period" in given and given["period"] not in vocabulary.periods:
        faults.append(fault("unknown-period", "/query/period", value=given["period"], options=""))
    order = given.get("order", "desc")
    if order not in ("asc", "desc"):
        faults.append(fault("unknown-order", "/query/order", value=order))


def _instant(given: Mapping[str, str], name: str, faults: list[Fault], *, end_of_day: bool = False) -> datetime | None:
    value = given.get(name)
    if value is None:
        return None
    try:
        if len(value) == LENGTH_OF_A_DAY:
            day = read_day(value) + timedelta(days=1 if end_of_day else 0)
            return datetime.combine(day, time(), VIETNAM)
        return read_instant(value)
    except ValueError:
        meant = meant_day(value)
        code = "not-an-instant" if meant is None else "day-in-another-writing"
        faults.append(fault(code, f"/query/{name}", value=value, meant=meant, day=day_of(meant)))
        return None
