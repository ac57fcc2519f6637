from collections.abc import Iterator

from shared.catalogue.catalogue import Catalogue
from shared.catalogue.reading.files import PlanFiles
from shared.catalogue.reading.flaw import Flaw


def check_elements(files: PlanFiles, catalogue: Catalogue) -> Iterator[Flaw]:
    for element in files.elements.elements:
        named = [("required_by", element.required_by), *(("optional_by", name) for name in element.optional_by)]
        for key, name in named:
            if name is not None and name not in catalogue.dimensions:
                yield Flaw(element, key, "unknown_dimension", f"element {element.id}: no dimension {name}")
        if element.may_be_not_applicable and element.kind != "count":
            message = f"element {element.id}: only a count can be not applicable, not {element.kind}"
            yield Flaw(element, "may_be_not_applicable", "not_a_count", message)
