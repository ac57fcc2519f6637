"""The table of measures in docs/domain.md 1.3 says what the catalogue says."""

import re

from shared.catalogue import Catalogue, Measure, Target, load
from tests.house.tracked import text_of

SIGNS = {">=": "≥", ">": ">", "<=": "≤", "<": "<"}
ROW = re.compile(r"^\| (?P<code>\d\.\d[ab]?) \| [^|]+ \| (?P<formula>[^|]+) \| (?P<first>[^|]+) \| (?P<second>[^|]+) \|"
                 r" (?P<forms>[^|]+) \| (?P<wording>[^|]+) \|$", re.M)  # fmt: skip


def written(target: Target | None) -> str:
    if target is None:
        return ""
    parts = [SIGNS[target.op], f"{target.value.normalize():f}"]
    parts += ["khoảng"] * target.approximate + ["onward"] * target.from_onward + ["?"] * (not target.confirmed)
    return " ".join(parts)


def row_of(catalogue: Catalogue, measure: Measure) -> tuple[str, ...]:
    targets = {target.year: target for target in measure.targets}
    forms = sorted({f.code for f in catalogue.forms.values() for x in f.fields if x.element in measure.elements})
    formula = f"{measure.kind} × {measure.scale.normalize():,f}"
    wording = catalogue.indicators[measure.indicator].wording
    return (formula, written(targets.get(2025)), written(targets.get(2030)), ", ".join(forms), wording)


def test_the_table_of_measures_is_the_catalogues() -> None:
    catalogue = load()
    rows = {r["code"]: tuple(r.groups()[1:]) for r in ROW.finditer(text_of("docs/domain.md"))}
    assert rows == {code: row_of(catalogue, measure) for code, measure in catalogue.measures.items()}


def test_every_obligation_of_the_plan_has_a_row() -> None:
    section = text_of("docs/domain.md").split("### 2.2 ", 1)[1].split("\n### ", 1)[0]
    assert re.findall(r"^\| (O\d+) \|", section, re.M) == list(load().obligations)
