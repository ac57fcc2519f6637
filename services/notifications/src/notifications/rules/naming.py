"""How forms and units are called in messages and on pages: short, as officers say them."""

import re

from notifications.rules.texts import text
from shared.catalogue import Catalogue
from shared.text import Text
from shared.text.names import name_of, unit_name

NUMBERED = re.compile(r"B(\d+)(-.*)?")


def form_name(catalogue: Catalogue, code: str) -> Text:
    """`B01-XA` → Biểu 01; a form whose code has no number by its title, an unknown one by its code."""
    numbered = NUMBERED.fullmatch(code)
    return text("form.numbered", number=numbered[1]) if numbered else form_title(catalogue, code)


def form_title(catalogue: Catalogue, code: str) -> Text:
    form = catalogue.forms.get(code)
    return Text(name_of(form, "vi"), name_of(form, "en")) if form is not None else Text(code, code)


def unit_text(catalogue: Catalogue, key: str) -> Text:
    return Text(unit_name(catalogue, key, "vi"), unit_name(catalogue, key, "en"))
