"""Typed reading of a mapping. A fault is noted and a harmless stand-in returned, so that reading goes on."""

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from shared.catalogue.fault import Faults, Place
from shared.catalogue.source import Items, Mapping, Node, Scalar

_Choice = TypeVar("_Choice", bound=str)

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}")


class Entry:
    def __init__(self, node: Mapping, faults: Faults) -> None:
        self._entries = node.entries
        self._faults = faults
        self._read: set[str] = set()
        self.place: Place = node.place

    def has(self, key: str) -> bool:
        node = self._entries.get(key)
        return node is not None and not (isinstance(node, Scalar) and node.null)

    def fault(self, key: str, code: str, message: str) -> None:
        node = self._entries.get(key)
        self._faults.add(node.place if node else self.place, code, message)

    def text(self, key: str) -> str:
        """Text for people: required, not blank, in NFC."""
        value = self._scalar(key)
        if value is None or not value.strip():
            self.fault(key, "missing_text", f"{key!r} has no text")
            return ""
        if not unicodedata.is_normalized("NFC", value):
            self.fault(key, "not_nfc", f"{key!r} is not in Unicode NFC")
        return value

    def text_or_none(self, key: str) -> str | None:
        self._read.add(key)
        return self.text(key) if self.has(key) else None

    def code(self, key: str) -> str:
        """An identifier: letters, digits, `_`, `.` and `-`."""
        value = self._scalar(key)
        if value is None:
            self.fault(key, "missing_key", f"{key!r} is missing")
        elif not _CODE.fullmatch(value):
            self.fault(key, "bad_code", f"{key!r} is {value!r}, not a code")
        return value or ""

    def code_or_none(self, key: str) -> str | None:
        self._read.add(key)
        return self.code(key) if self.has(key) else None

    def day(self, key: str) -> date:
        value = self._scalar(key)
        if value is None:
            self.fault(key, "missing_key", f"{key!r} is missing")
            return date.min
        try:
            if _DAY.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        self.fault(key, "bad_date", f"{key!r} is {value!r}, not a day like 2025-07-01")
        return date.min

    def day_or_none(self, key: str) -> date | None:
        self._read.add(key)
        return self.day(key) if self.has(key) else None

    def decimal(self, key: str) -> Decimal:
        value = self._scalar(key)
        if value is None:
            self.fault(key, "missing_key", f"{key!r} is missing")
            return Decimal(0)
        try:
            if _NUMBER.fullmatch(value):
                return Decimal(value)
        except InvalidOperation:
            pass
        self.fault(key, "bad_decimal", f"{key!r} is {value!r}, not a number like 1.7")
        return Decimal(0)

    def decimal_or_none(self, key: str) -> Decimal | None:
        self._read.add(key)
        return self.decimal(key) if self.has(key) else None

    def integer(self, key: str, low: int, high: int) -> int:
        value = self.decimal(key)
        if value != int(value) or not low <= value <= high:
            self.fault(key, "bad_integer", f"{key!r} is {value}, not a whole number from {low} to {high}")
            return low
        return int(value)

    def flag(self, key: str, default: bool = False) -> bool:
        if not self.has(key):
            self._read.add(key)
            return default
        value = self._scalar(key)
        if value not in ("true", "false"):
            self.fault(key, "bad_flag", f"{key!r} is {value!r}, not true or false")
        return value == "true"

    def choice(self, key: str, allowed: tuple[_Choice, ...], fault: str = "bad_choice") -> _Choice:
        value = self._scalar(key)
        for option in allowed:
            if value == option:
                return option
        said = "missing" if value is None else repr(value)
        self.fault(key, fault, f"{key!r} is {said}; allowed: {', '.join(allowed)}")
        return allowed[0]

    def codes(self, key: str) -> tuple[str, ...]:
        """A list of identifiers; none when the key is absent."""
        found = []
        for node in self._items(key):
            if isinstance(node, Scalar) and _CODE.fullmatch(node.text):
                found.append(node.text)
            else:
                self._faults.add(node.place, "bad_code", f"{key!r} must list codes")
        return tuple(found)

    def texts(self, key: str) -> tuple[str, ...]:
        return tuple(node.text for node in self._items(key) if isinstance(node, Scalar))

    def entries(self, key: str, required: bool = True) -> "list[Entry]":
        """A list of mappings."""
        if required and not self.has(key):
            self.fault(key, "missing_key", f"{key!r} is missing")
        found = []
        for node in self._items(key):
            if isinstance(node, Mapping):
                found.append(Entry(node, self._faults))
            else:
                self._faults.add(node.place, "bad_yaml", f"{key!r} must list mappings")
        return found

    def entries_or_codes(self, key: str, word: str) -> "list[Entry]":
        """A list whose plain codes are read as mappings with only `word`."""
        return [
            Entry(Mapping({word: node}, node.place) if isinstance(node, Scalar) else node, self._faults)
            for node in self._items(key)
            if isinstance(node, Scalar | Mapping)
        ]

    def entry(self, key: str) -> "Entry":
        node = self._entries.get(key)
        self._read.add(key)
        if isinstance(node, Mapping):
            return Entry(node, self._faults)
        self.fault(key, "missing_key", f"{key!r} must be a mapping")
        return Entry(Mapping({}, node.place if node else self.place), self._faults)

    def close(self) -> None:
        """Every key that nobody asked for is a fault: mostly a misspelt one."""
        for key, node in self._entries.items():
            if key not in self._read:
                self._faults.add(node.place, "unknown_key", f"{key!r} means nothing here")

    def _scalar(self, key: str) -> str | None:
        self._read.add(key)
        node = self._entries.get(key)
        if node is None or (isinstance(node, Scalar) and node.null):
            return None
        if isinstance(node, Scalar):
            return node.text
        self._faults.add(node.place, "bad_yaml", f"{key!r} must be plain text")
        return None

    def _items(self, key: str) -> list[Node]:
        self._read.add(key)
        node = self._entries.get(key)
        if node is None or (isinstance(node, Scalar) and node.null):
            return []
        if isinstance(node, Items):
            return node.items
        self._faults.add(node.place, "bad_yaml", f"{key!r} must be a list")
        return []
