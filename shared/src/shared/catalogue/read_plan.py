from dataclasses import replace

from shared.catalogue.draft import Draft
from shared.catalogue.element import Category, DataElement, Dimension
from shared.catalogue.entry import Entry
from shared.catalogue.plan import Document, Plan


def read_plan(file: Entry, draft: Draft) -> None:
    entry = file.entry("plan")
    years = tuple(int(text) for text in entry.texts("target_years") if text.isdecimal())
    if not years:
        entry.fault("target_years", "missing_key", "'target_years' must list the years with targets")
    draft.declare("plan", "plan", entry.place)
    draft.plan = Plan(
        code=entry.code("code"),
        number=entry.text("number"),
        title_vi=entry.text("vi"),
        title_en=entry.text("en"),
        title_confirmed=entry.flag("title_confirmed"),
        issuer_vi=entry.text("issuer_vi"),
        issuer_en=entry.text("issuer_en"),
        signed_on=entry.day("signed_on"),
        valid_from=entry.day("valid_from"),
        valid_to=entry.day("valid_to"),
        target_years=years,
        root=entry.code("root"),
    )
    entry.close()
    for item in file.entries("documents"):
        code = item.code("code")
        document = Document(code, item.text("number"), item.text("vi"), item.text("en"), item.day("signed_on"))
        if draft.declare("document", code, item.place):
            draft.documents[code] = document
        item.close()
    for item in file.entries("sources"):
        code = item.code("code")
        title = item.text("title")
        if draft.declare("source", code, item.place):
            draft.sources[code] = title
        item.close()
    file.close()


def finish_plan(draft: Draft) -> None:
    if draft.plan is not None:
        coordinators = tuple(tenure for _, tenure in draft.coordinators)
        draft.plan = replace(draft.plan, coordinators=coordinators)


def read_elements(file: Entry, draft: Draft) -> None:
    for item in file.entries("dimensions"):
        categories = []
        seen: set[str] = set()
        for part in item.entries("categories"):
            category = Category(part.code("id"), part.text("vi"), part.text("en"))
            if category.id in seen:
                part.fault("id", "duplicate_code", f"category {category.id} stands twice")
            seen.add(category.id)
            categories.append(category)
            part.close()
        dimension = Dimension(item.code("id"), item.text("vi"), item.text("en"), tuple(categories))
        if draft.declare("dimension", dimension.id, item.place):
            draft.dimensions[dimension.id] = dimension
        item.close()
    for item in file.entries("elements"):
        element = DataElement(
            id=item.code("id"),
            name_vi=item.text("vi"),
            name_en=item.text("en"),
            kind=item.choice("kind", ("count", "flag", "hours", "persons")),
            unit_vi=item.text("unit_vi"),
            unit_en=item.text("unit_en"),
            required_by=item.code_or_none("required_by"),
            optional_by=item.codes("optional_by"),
            sensitive=item.flag("sensitive"),
            derived=item.code_or_none("derived"),
            may_be_not_applicable=item.flag("may_be_not_applicable"),
        )
        for dimension_id in filter(None, (element.required_by, *element.optional_by)):
            if dimension_id not in draft.dimensions:
                key = "required_by" if dimension_id == element.required_by else "optional_by"
                item.fault(key, "unknown_dimension", f"element {element.id}: no dimension {dimension_id}")
        if element.may_be_not_applicable and element.kind != "count":
            message = f"element {element.id}: only a count can be not applicable, not {element.kind}"
            item.fault("may_be_not_applicable", "not_a_count", message)
        if draft.declare("element", element.id, item.place):
            draft.elements[element.id] = element
        item.close()
    file.close()
