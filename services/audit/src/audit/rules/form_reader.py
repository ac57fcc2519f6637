"""Read what a person or a program sent. All faults are collected, not only the first."""

from collections.abc import Collection, Mapping
from datetime import date

from audit.rules.texts import fault
from shared.calendar.written import iso_day
from shared.text import Fault
from shared.text.confirmation import CONFIRMATIONS, read_confirmed
from shared.text.personal_data import CONFIRMATION, personal_data, told
from shared.text.words import hiding_faults, kept


class FormReader:
    """The fields of one JSON object (or form). Each method answers None (or "") if the field is absent or wrong."""

    def __init__(self, raw: object, pointer: str, faults: list[Fault], allowed: Collection[str]) -> None:
        self.faults = faults
        self._pointer = pointer
        self._raw: Mapping[str, object] = {}
        self._readable = isinstance(raw, Mapping)
        if not isinstance(raw, Mapping):
            self._add("not-an-object", "")
            return
        self._raw = raw
        for name in sorted(set(map(str, raw)) - set(allowed)):
            self._add("unknown-field", name.replace("~", "~0").replace("/", "~1"))

    def _add(self, code: str, name: str, **values: object) -> None:
        pointer = f"{self._pointer}/{name}" if name else self._pointer
        self.faults.append(fault(code, pointer, **values))

    def text(self, name: str, *, limit: int, required: bool = True) -> str:
        """A text of at most `limit` characters as it is kept: one that shows nothing is as good as none, and characters
        that hide something are refused (`shared.text.words`).
        """
        value = self._raw.get(name)
        if value is None or value == "":
            if required and self._readable:
                self._add("required", name)
            return ""
        if not isinstance(value, str):
            self._add("not-text", name)
            return ""
        value = kept(value)
        if not value and required:
            self._add("required", name)
        elif len(value) > limit:
            self._add("too-long", name, limit=limit, length=len(value))
        elif hiding := hiding_faults(value, f"{self._pointer}/{name}"):
            self.faults += hiding
        else:
            return value
        return ""

    def choice(self, name: str, options: Collection[str], *, code: str, required: bool = True) -> str:
        """One of `options`; a fault `code` otherwise."""
        value = self.text(name, limit=200, required=required)
        if value and value not in options:
            shown = ", ".join(options) if len(options) <= 5 else ""
            self._add(code, name, value=value, options=shown)
            return ""
        return value

    def day(self, name: str, within: tuple[date, date], *, required: bool = True) -> date | None:
        """A day as 2026-12-14, `within` a first and a last one."""
        value = self.text(name, limit=40, required=required)
        if not value:
            return None
        try:
            day = iso_day(value)
        except ValueError:
            self._add("not-a-day", name, value=value)
            return None
        first, last = within
        if not first <= day <= last:
            self._add("day-out-of-range", name, first=first.year, last=last.year)
            return None
        return day

    def confirmed(self) -> tuple[str, ...]:
        """Codes of what the writer has looked at again: a list, which may be left out."""
        read = read_confirmed(self._raw.get("confirmed", []))
        if read is None:
            self._add("not-a-list", "confirmed")
            return ()
        for name in read.unknown.values():
            self._add("unknown-confirmation", "confirmed", value=name, options=", ".join(CONFIRMATIONS))
        return read.known

    def check_personal(self, said: Mapping[str, str], confirmed: Collection[str]) -> tuple[str, ...]:
        """What was confirmed of the texts `said`, by name; a fault for each that must be looked at again first."""
        looks = {name: pieces for name, words in said.items() if (pieces := personal_data(words))}
        if looks and CONFIRMATION in confirmed:
            return (CONFIRMATION,)
        self.faults += [Fault(CONFIRMATION, f"{self._pointer}/{name}", told(pieces)) for name, pieces in looks.items()]
        return ()

    def items(self, name: str, *, limit: int) -> list[object]:
        value = self._raw.get(name, [])
        if not isinstance(value, list):
            self._add("not-a-list", name)
            return []
        if len(value) > limit:
            self._add("too-many", name, limit=limit, count=len(value))
            return []
        return value
