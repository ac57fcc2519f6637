"""Reading a finding, and counting findings."""

from audit.rules.finding import Finding, by_severity, read_finding
from shared.text import Fault


def test_counts_name_every_severity() -> None:
    low = Finding(None, "a", "b", "c", "d", "low")
    assert by_severity([low, low]) == {"high": 0, "medium": 0, "low": 2}
    assert by_severity([]) == {"high": 0, "medium": 0, "low": 0}


def test_a_finding_may_be_about_no_measure_but_has_all_four_parts() -> None:
    faults: list[Fault] = []
    raw = {"criteria": "a", "condition": "b", "cause": "c", "effect": "d", "severity": "low"}
    assert read_finding(raw, "", faults, {"4.1"}) == Finding(None, "a", "b", "c", "d", "low")
    assert faults == []
    read_finding({"measure": "4.1"}, "/findings/2", faults, {"4.1"})
    assert [fault.pointer for fault in faults] == [
        f"/findings/2/{name}" for name in ("criteria", "condition", "cause", "effect", "severity")
    ]
