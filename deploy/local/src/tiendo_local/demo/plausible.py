"""Figures for elements of which the illustration knows nothing, so that a new indicator needs no line in the demo.

They pass the checks of their forms: a part is below its whole, parts add up, hours lie within their bounds.
"""

from collections.abc import Callable
from decimal import Decimal

from shared.catalogue import Catalogue, FormCheck
from tiendo_local.demo.chance import chance

# Element and category → the figure of the unit, year and quarter in question.
ValueOf = Callable[[str, str | None], Decimal]


def plausible(
    catalogue: Catalogue, element: str, category: str | None, seed: tuple[object, ...], value_of: ValueOf
) -> Decimal:
    """`seed` names the unit and the period; `value_of` answers for the other elements of the forms' checks."""
    optional = catalogue.elements[element].optional_by
    for dimension in (catalogue.dimensions[name] for name in optional):
        if category in dimension.category_ids:
            at, count = dimension.category_ids.index(category), len(dimension.category_ids)
            return Decimal((int(value_of(element, None)) + at) // count)
    luck = chance("plausible", element, category, *seed)
    for check in (check for form in catalogue.forms.values() for check in form.checks if check.left == element):
        if check.kind == "numerator_le_denominator":
            return Decimal(int(_whole(catalogue, check, category, value_of) * (Decimal("0.55") + luck * 3 / 10)))
        if check.kind == "hours_of_persons" and check.at_least is not None and check.at_most is not None:
            return value_of(check.right, category) * (check.at_least + check.at_most) / 2
    if catalogue.elements[element].kind == "flag":
        return Decimal(int(luck < Decimal("0.6")))
    return Decimal(int(60 + 120 * luck))


def _whole(catalogue: Catalogue, check: FormCheck, category: str | None, value_of: ValueOf) -> Decimal:
    """What the cell must not exceed: the same cell of the whole, or its share of the sum where their cells differ."""
    own, whole = (_cells(catalogue, element) for element in (check.left, check.right))
    if own == whole:
        return value_of(check.right, category)
    return sum((value_of(check.right, cell) for cell in whole), Decimal(0)) / len(own)


def _cells(catalogue: Catalogue, element: str) -> tuple[str | None, ...]:
    required = catalogue.elements[element].required_by
    return (None,) if required is None else catalogue.dimensions[required].category_ids
