"""A measure's value from the sums of its elements. How each kind of measure is computed stands in `kinds`."""

from aggregation.rules.formula.cell_sum import CellSum
from aggregation.rules.formula.figure import Figure, element_of, elements, figure, flag_element, to_decimal
from aggregation.rules.formula.kinds import Strategy, strategy
from aggregation.rules.formula.precision import exact_value, shown

__all__ = [
    "CellSum",
    "Figure",
    "Strategy",
    "element_of",
    "elements",
    "exact_value",
    "figure",
    "flag_element",
    "shown",
    "strategy",
    "to_decimal",
]
