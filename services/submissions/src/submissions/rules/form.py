"""What a form asks of a unit, in the shape that the checks and the page need. Read once from the catalogue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from decimal import Decimal
from typing import Protocol, assert_never

from shared import catalogue as cat
from shared.catalogue.element import NO_BANDS, Bands, ElementKind
from shared.catalogue.measure_kind import needs_of
from shared.text import Text

Cell = tuple[str, str]  # (element, canonical disaggregation; "" is the total)
Share = tuple[str, str]  # (part, whole): the part cannot exceed the whole
NO_UNIT = Text("", "")


class Named(Protocol):
    @property
    def name_vi(self) -> str: ...
    @property
    def name_en(self) -> str: ...


@dataclass(frozen=True)
class FormDimension:
    id: str
    name: Text
    categories: Mapping[str, Text]


@dataclass(frozen=True)
class Element:
    """A data element on a form. `kind`: count and persons are whole, flag is 0 or 1, hours may have decimals."""

    id: str
    name: Text
    kind: ElementKind
    unit: Text = NO_UNIT
    sensitive: bool = False
    may_be_not_applicable: bool = False
    bands: Bands = NO_BANDS


@dataclass(frozen=True)
class FormField:
    """A cell that the form asks for; `label` names its categories, empty for the total."""

    element: Element
    key: str
    disaggregation: Mapping[str, str]
    label: Text
    required: bool

    @property
    def cell(self) -> Cell:
        return self.element.id, self.key


@dataclass(frozen=True)
class Ratio:
    """A measure computed from two elements of the form; `floor` is the value below which it is hardly true."""

    measure: str
    numerator: str
    denominator: str
    scale: Decimal = Decimal(100)
    floor: Decimal | None = None


@dataclass(frozen=True)
class Hours:
    """Hours of so many persons in all, within bounds for each of them."""

    hours: str
    persons: str
    at_least: Decimal
    at_most: Decimal


@dataclass(frozen=True)
class RatioBand:
    """Two elements that go together, cell by cell: `left` is `at_least` to `at_most` times `right`.

    The smaller of them counts as `floor` at least.
    """

    left: str
    right: str
    at_least: Decimal
    at_most: Decimal
    floor: Decimal


@dataclass(frozen=True)
class Part:
    """A part of the narrative."""

    code: str
    title: Text
    required: bool


@dataclass(frozen=True)
class FormRules:
    code: str
    title: Text
    fields: tuple[FormField, ...]
    shares: tuple[Share, ...]
    ratios: tuple[Ratio, ...]
    dimensions: Mapping[str, FormDimension]
    names: Mapping[str, Text]  # every element of the catalogue
    computed: Mapping[str, tuple[str, ...]]  # every measure of the catalogue: the elements it is computed from
    narrative: tuple[Part, ...] = ()
    hours: tuple[Hours, ...] = ()
    ratio_bands: tuple[RatioBand, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()  # elements of one measure, (numerator, denominator) or (hours, persons)
    by_cell: Mapping[Cell, FormField] = attribute(init=False)
    elements: Mapping[str, Element] = attribute(init=False)
    by_element: Mapping[str, Sequence[FormField]] = attribute(init=False)
    parts: Mapping[str, Mapping[str, Sequence[str]]] = attribute(init=False)  # element → dimension → keys of its cells

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_cell", {f.cell: f for f in self.fields})
        object.__setattr__(self, "elements", {f.element.id: f.element for f in self.fields})
        by_element: dict[str, list[FormField]] = {}
        for f in self.fields:
            by_element.setdefault(f.element.id, []).append(f)
        object.__setattr__(self, "by_element", by_element)
        parts = {element: _by_dimension(fields) for element, fields in by_element.items()}
        object.__setattr__(self, "parts", {element: keys for element, keys in parts.items() if keys})

    def fields_of(self, element: str) -> Sequence[FormField]:
        return self.by_element.get(element, ())

    def dimensions_of(self, element: str) -> set[str]:
        return {dimension for field in self.fields_of(element) for dimension in field.disaggregation}

    def label(self, cell: Cell) -> Text:
        """“Số trẻ (Nam)”: the element with its categories."""
        field = self.by_cell[cell]
        if not field.label.vi:
            return field.element.name
        return Text(f"{field.element.name.vi} ({field.label.vi})", f"{field.element.name.en} ({field.label.en})")


def _by_dimension(fields: Sequence[FormField]) -> dict[str, list[str]]:
    """The one-dimensional cells among the fields of an element, by dimension."""
    keys: dict[str, list[str]] = {}
    for field in fields:
        if len(field.disaggregation) == 1:
            keys.setdefault(next(iter(field.disaggregation)), []).append(field.key)
    return keys


def rules_of(catalogue: cat.Catalogue) -> dict[str, FormRules]:
    """The rules of every form, by its code."""
    dimensions = {
        d.id: FormDimension(d.id, _name(d), {c.id: _name(c) for c in d.categories})
        for d in catalogue.dimensions.values()
    }
    names = {e.id: _name(e) for e in catalogue.elements.values()}
    computed = {m.code: m.elements for m in catalogue.measures.values()}
    rules = {}
    for form in catalogue.forms.values():
        shares, hours, ratio_bands = _checks(form)
        rules[form.code] = FormRules(
            code=form.code,
            title=Text(form.title_vi, form.title_en),
            fields=tuple(_field(f, catalogue.elements[f.element], dimensions) for f in form.fields),
            shares=shares,
            ratios=_ratios(form, catalogue),
            dimensions=dimensions,
            names=names,
            computed=computed,
            narrative=tuple(Part(n.code, _name(n), n.required) for n in form.narrative),
            hours=hours,
            ratio_bands=ratio_bands,
            pairs=_pairs(form, catalogue, shares),
        )
    return rules


def _checks(form: cat.Form) -> tuple[tuple[Share, ...], tuple[Hours, ...], tuple[RatioBand, ...]]:
    shares: list[Share] = []
    hours: list[Hours] = []
    ratio_bands: list[RatioBand] = []
    for check in form.checks:
        match check.kind:
            case "numerator_le_denominator":
                shares.append((check.left, check.right))
            case "hours_of_persons":
                hours.append(_hours(check))
            case "plausible_ratio":
                ratio_bands.append(_ratio_band(check))
            case "sum_equals":
                pass  # the parts of every element are added up, whether or not a check names it (`check_parts`)
            case _:
                assert_never(check.kind)
    return tuple(shares), tuple(hours), tuple(ratio_bands)


def _hours(check: cat.FormCheck) -> Hours:
    if check.at_least is None or check.at_most is None:
        raise ValueError("the catalogue asks for both bounds of hours")
    return Hours(check.left, check.right, check.at_least, check.at_most)


def _ratio_band(check: cat.FormCheck) -> RatioBand:
    if check.at_least is None or check.at_most is None or check.floor is None:
        raise ValueError("the catalogue asks for both bounds and the floor of a ratio")
    return RatioBand(check.left, check.right, check.at_least, check.at_most, check.floor)


def _name(thing: Named) -> Text:
    return Text(thing.name_vi, thing.name_en)


def _field(field: cat.Field, data: cat.DataElement, dimensions: Mapping[str, FormDimension]) -> FormField:
    categories = [dimensions[d].categories[c] for d, c in field.pairs]
    label = Text(", ".join(c.vi for c in categories), ", ".join(c.en for c in categories))
    unit = Text(data.unit_vi, data.unit_en)
    element = Element(data.id, _name(data), data.kind, unit, data.sensitive, data.may_be_not_applicable, data.bands)
    return FormField(element, field.key, field.disaggregation, label, field.required)


def _ratios(form: cat.Form, catalogue: cat.Catalogue) -> tuple[Ratio, ...]:
    """A floor of means is no floor of the hours alone: it is left to aggregation, which divides by the persons."""
    return tuple(
        Ratio(m.code, m.numerator, m.denominator, m.scale, None if needs_of(m.kind).persons else m.floor)
        for m in catalogue.measures.values()
        if m.denominator and m.numerator in form.elements and m.denominator in form.elements
    )


def _pairs(form: cat.Form, catalogue: cat.Catalogue, shares: Sequence[Share]) -> tuple[tuple[str, str], ...]:
    """What is answered together: numerator and denominator of each measure, and the persons of their means."""
    pairs = [
        pair
        for m in catalogue.measures.values()
        for pair in (
            (m.numerator, m.denominator),
            (m.numerator, m.numerator_persons),
            (m.denominator, m.denominator_persons),
        )
    ]
    pairs += shares
    on_form = set(form.elements)
    return tuple(dict.fromkeys((a, b) for a, b in pairs if a in on_form and b in on_form and a and b))
