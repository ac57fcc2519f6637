"""How forms and periods are called in mails and on pages: short, as officers say them."""

import re

from shared.calendar import Period
from shared.catalogue import Catalogue
from shared.text import Text
from shared.text.names import name_of, unit_name

NUMBERED = re.compile(r"B(\d+)(-.*)?")
ROMAN = {1: "I", 2: "II", 3: "III", 4: "IV"}


def form_name(catalogue: Catalogue, code: str) -> Text:
    """`B01-XA` → Biểu 01; a form whose code has no number by its title, an unknown one by its code."""
    numbered = NUMBERED.fullmatch(code)
    if numbered:
        return Text(f"Biểu {numbered[1]}", f"Form {numbered[1]}")
    return form_title(catalogue, code)


def form_title(catalogue: Catalogue, code: str) -> Text:
    form = catalogue.forms.get(code)
    return Text(name_of(form, "vi"), name_of(form, "en")) if form is not None else Text(code, code)


def period_name(period: str) -> Text:
    """`2026` → năm 2026, `2026-Q3` → quý III/2026; said after a form: Biểu 01 năm 2026, Form 01 for 2026."""
    parsed = Period.parse(period)
    if parsed.quarter is None:
        return Text(f"năm {parsed.year}", f"for {parsed.year}")
    return Text(f"quý {ROMAN[parsed.quarter]}/{parsed.year}", f"for Q{parsed.quarter} {parsed.year}")


def unit_text(catalogue: Catalogue, key: str) -> Text:
    return Text(unit_name(catalogue, key, "vi"), unit_name(catalogue, key, "en"))
