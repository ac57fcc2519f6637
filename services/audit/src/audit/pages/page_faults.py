"""Faults as a page says them: without codes, and with days written as an office writes them."""

from collections.abc import Iterable
from dataclasses import replace

from audit.rules.texts import text, texts
from shared.text import Fault


def page_faults(faults: Iterable[Fault]) -> list[Fault]:
    return [_said(fault) for fault in faults]


def _said(fault: Fault) -> Fault:
    key = f"page.fault.{fault.code}"
    return replace(fault, text=text(key)) if key in texts() else fault
