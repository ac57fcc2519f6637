import re
from datetime import date, timedelta

from shared.calendar.workday import Holidays

_CODE = re.compile(r"(?P<side>T-|O\+)(?P<days>[0-9]{1,3})")


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
