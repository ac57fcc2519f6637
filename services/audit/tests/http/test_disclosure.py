"""The seventh leak, in the log: `events`, `/raw`, `/batch` and the page tell what aggregation hides."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from services.audit.tests.audit_driver import Audit
from services.audit.tests.cases import CASE, post
from services.audit.tests.sample_events import UNIT, received
from shared.access import Role
from shared.events import Event, IndicatorAggregated, IndicatorFigures, ObservationValue, SubmissionReceived

SECRET = "n_adolescent_births"


def event() -> Event:
    given = received(uuid4(), 1)
    assert isinstance(given.data, SubmissionReceived)
    observations = [
        ObservationValue(measure=SECRET, value=Decimal(3)),
        ObservationValue(measure="population", value=Decimal(8123)),
    ]
    return given.model_copy(update={"data": given.data.model_copy(update={"observations": observations})})


@pytest.mark.parametrize(("role", "population"), [("leader", "8123"), ("ops", None)])
async def test_who_need_not_know_reads_the_event_without_the_count(
    audit: Audit, role: Role, population: str | None
) -> None:
    """Without the policy: 3, from any of the five answers."""
    told = event()
    await audit.log(told)
    path = f"/api/v1/events/{told.id}"
    [item] = (await audit.get("/api/v1/events", role)).json()["items"]
    detail = (await audit.get(path, role)).json()
    for read in (item, detail):
        observations = read["data"]["observations"]
        assert population is None or [o["value"] for o in observations] == [None, population]
        assert read["data"]["content_sha256"] is None and (role == "leader" or observations is None)
    assert detail["sha256"] is None
    for exact in (f"{path}/raw", "/api/v1/events/batch"):
        assert (await audit.get(exact, role)).status_code == 403
    page = (await audit.get(f"/events/{told.id}", role)).text
    assert "&#34;3&#34;" not in page and ("8123" in page) == (population is not None)
    assert (await audit.get("/api/v1/events", role, q="0" * 64)).json()["items"] == [], "a hash confirms a guess"


@pytest.mark.parametrize(("role", "unit"), [("auditor", "DAK_NONG"), ("coordinator", "SO_NOI_VU"), ("reporter", UNIT)])
async def test_who_needs_to_know_reads_all(audit: Audit, role: Role, unit: str) -> None:
    told = event()
    await audit.log(told)
    detail = (await audit.get(f"/api/v1/events/{told.id}", role, unit)).json()
    assert [o["value"] for o in detail["data"]["observations"]] == ["3", "8123"] and len(detail["sha256"]) == 64
    assert (await audit.get(f"/api/v1/events/{told.id}/raw", role, unit)).status_code == 200
    assert len((await audit.get("/api/v1/events", role, unit, q="0" * 64)).json()["items"]) == 1


def aggregated(measure: str) -> Event:
    now = datetime.now(UTC)
    figures = IndicatorFigures(
        value=Decimal("98.76"),
        numerator=Decimal(3),
        denominator=Decimal(4),
        reported=1,
        expected=1,
        assessment="not_met",
        needs_check=True,
    )
    data = IndicatorAggregated(
        measure=measure,
        indicator=measure,
        unit="DAK_NONG",
        period="2026",
        as_of=now,
        values={"received": figures},
    )
    subject = f"{measure}|DAK_NONG|2026"
    return Event.of(data, source="/aggregation", subject=subject, time=now, catalogue_version="x")


async def test_nobody_reports_for_the_provinces_own_area(audit: Audit) -> None:
    """Without the rule its reporter reads 3 of 4 victims, which aggregation hides, in the event and in its bytes."""
    told = aggregated("3.3")
    await audit.log(told)
    for path in ("/api/v1/events", f"/api/v1/events/{told.id}", f"/api/v1/events/{told.id}/raw", f"/events/{told.id}"):
        for role in ("reporter", "head"):
            assert (await audit.get(path, role, "DAK_NONG")).status_code == 403
    assert (await audit.get("/api/v1/events", "reporter", UNIT)).json()["items"] == []


async def test_ops_read_who_has_reported_and_not_how_it_was_judged(audit: Audit) -> None:
    """Without the rule: "not met" of a hidden value says on which side of the target it lies."""
    told = aggregated("3.3")
    await audit.log(told)
    [item] = (await audit.get("/api/v1/events", "ops", "DAK_NONG")).json()["items"]
    none = dict.fromkeys(("value", "numerator", "denominator", "assessment", "needs_check"))
    assert item["data"]["values"] == {"received": none | {"reported": 1, "expected": 1}}
    for path in ("/log", f"/events/{told.id}"):
        page = (await audit.get(path, "ops", "DAK_NONG")).text
        assert not [one for one in ("not_met", "98.7", "98,7") if one in page], path
    [read] = (await audit.get("/api/v1/events", "leader", "DAK_NONG")).json()["items"]
    assert read["data"]["values"]["received"]["numerator"] == "3", "the leader's own area"


WORDS = "sổ hộ tịch có 3 ca sinh, báo cáo ghi 2 ca"
PARTS = ("criteria", "condition", "cause", "effect")
INSPECTED = CASE | {
    "basis_document": f"12/QĐ {WORDS}",
    "scope": WORDS,
    "findings": [
        {"measure": measure, "severity": "low", **dict.fromkeys(PARTS, WORDS)} for measure in ("4.3", None, "1.1")
    ],
}


async def inspected(audit: Audit, unit: str) -> str:
    answer = await post(audit, "/api/v1/inspections", INSPECTED | {"unit": unit})
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["id"]
    return id_


@pytest.mark.parametrize(("role", "read"), [("leader", [False, False, True]), ("ops", [False] * 3)])
async def test_the_words_of_an_inspection_are_withheld_with_the_figures_and_say_so(
    audit: Audit, role: Role, read: list[bool]
) -> None:
    """Without the policy: "the register has 3 births to adolescents, the report says 2", under its measure 4.3."""
    id_ = await inspected(audit, UNIT)
    detail = (await audit.get(f"/api/v1/inspections/{id_}", role)).json()
    [item] = (await audit.get("/api/v1/inspections", role)).json()["items"]
    assert [not one["withheld"] for one in detail["findings"]] == read
    for one, may in zip(detail["findings"], read, strict=True):
        assert {one[part] == WORDS for part in PARTS} == {may}
        assert may or all(one[part].startswith("Không hiện") and "Withheld" in one[part] for part in PARTS)
    assert detail["withheld"] and "Withheld" in detail["scope"]
    assert item["withheld"] == (role == "ops") == (WORDS not in item["basis_document"])
    assert (item["unit"], item["period"], item["kind"], item["state"]) == (UNIT, "2026", "kiem_tra", "in_progress")
    for path in (f"/inspections/{id_}", "/inspections"):
        page = (await audit.get(path, role)).text
        assert path == "/inspections" or "Withheld" in page
        assert page.count(WORDS) == (0 if role == "ops" or path == "/inspections" else 5), "one finding, one document"


async def test_the_inspected_unit_and_who_needs_to_know_read_the_words(audit: Audit) -> None:
    id_ = await inspected(audit, UNIT)
    readers = [("auditor", "DAK_NONG"), ("coordinator", "SO_NOI_VU"), ("reporter", UNIT), ("head", UNIT)]
    for role, of in readers:
        with capture_logs() as logs:
            detail = (await audit.get(f"/api/v1/inspections/{id_}", role, of)).json()
        looks = [(one["inspection"], one["about"]) for one in logs if one["event"] == "security.sensitive-read"]
        assert looks == ([(id_, UNIT)] if role in ("auditor", "coordinator") else [])
        assert detail["scope"] == WORDS and not detail["withheld"]
        assert all(one["condition"] == WORDS and not one["withheld"] for one in detail["findings"])
    body = await inspected(audit, "SO_Y_TE")
    read = (await audit.get(f"/api/v1/inspections/{body}", "leader")).json()
    assert read["scope"] == WORDS and not read["withheld"], "a body of the province is the leader's own area"
