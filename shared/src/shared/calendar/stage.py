import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from shared.calendar.workday import Holidays

_CODE = re.compile(r"(?P<side>T-|O\+)(?P<days>[0-9]{1,3})")


@dataclass(frozen=True, slots=True)
class Stage:
    """A reminder: its code ("T-3", "O+7"), the working day it goes out, and the stages of that day it stands for."""

    code: str
    day: date
    merged: tuple[str, ...] = ()


def stage_day(due: date, code: str, holidays: Holidays) -> date:
    """T-n: n days before the due day, moved earlier to a working day; O+n: n days after it, moved later.

    `due` is the first day that is too late, in Vietnam (15 December). Raises ValueError for an unknown code.
    """
    match = _CODE.fullmatch(code)
    if match is None:
        raise ValueError(f"not a reminder stage: {code!r} (write T-3 or O+7)")
    days = timedelta(days=int(match["days"]))
    if match["side"] == "T-":
        return holidays.previous_working_day(due - days)
    return holidays.next_working_day(due + days)


def stages(due: date, before: Iterable[int], after: Iterable[int], holidays: Holidays) -> tuple[Stage, ...]:
    """Every stage in order of its day. Of those on one day the last stands (T-1, not T-3), the others merge into it."""
    codes = [f"T-{n}" for n in sorted(set(before), reverse=True)] + [f"O+{n}" for n in sorted(set(after))]
    found: list[Stage] = []
    for code in codes:
        day = stage_day(due, code, holidays)
        if found and found[-1].day == day:
            earlier = found.pop()
            found.append(Stage(code, day, (*earlier.merged, earlier.code)))
        else:
            found.append(Stage(code, day))
    return tuple(found)
