"""Forms and units as officers call them."""

from notifications.rules.naming import form_title, unit_text
from shared.catalogue import Catalogue
from shared.text import Text


def test_what_the_catalogue_does_not_know_is_called_by_its_code(catalogue: Catalogue) -> None:
    assert form_title(catalogue, "OTHER") == Text("OTHER", "OTHER")
    assert unit_text(catalogue, "NOBODY") == Text("NOBODY", "NOBODY")


def test_titles_and_units_are_the_catalogues(catalogue: Catalogue) -> None:
    assert form_title(catalogue, "B01-XA").vi == catalogue.forms["B01-XA"].title_vi
    assert unit_text(catalogue, "SO_Y_TE").vi == catalogue.unit("SO_Y_TE").name_vi
