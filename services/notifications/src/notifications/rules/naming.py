"""How forms and units are called in messages and on pages: short, as officers say them."""

from shared.catalogue import Catalogue
from shared.text import Text
from shared.text.names import name_of, unit_name


def form_title(catalogue: Catalogue, code: str) -> Text:
    form = catalogue.forms.get(code)
    return Text(name_of(form, "vi"), name_of(form, "en")) if form is not None else Text(code, code)


def unit_text(catalogue: Catalogue, key: str) -> Text:
    return Text(unit_name(catalogue, key, "vi"), unit_name(catalogue, key, "en"))
