"""Every event of the log is a sentence in both languages."""

import json
from pathlib import Path
from typing import Any

import pytest

from audit.rules.entry import LOGGED_TYPES
from audit.rules.sentence import sentence
from audit.rules.texts import texts
from shared.access import ROLES
from shared.events import DATA_TYPES, ActEvent
from shared.text import Language, Text
from shared.text.names import actor_name

ARCHIVE = Path(__file__).parents[4] / "tests" / "contracts" / "samples"
OBLIGATION: dict[str, Any] = {
    "obligation_id": "0198", "obligation": "O1", "form": "B01-XA", "unit": "24736@2025-07-01", "period": "2026",
}  # fmt: skip
FIGURES = {"value": "1234.5", "reported": 3, "expected": 28, "assessment": "not_assessed"}


NOTICE = OBLIGATION | {"stage": "T-7", "channel": "email", "recipient_role": "reporter", "attempt": 1}
SAMPLES: dict[str, dict[str, Any]] = {
    "obligation.opened": OBLIGATION | {"due_at": "2026-12-14T17:00:00Z"},
    "submission.received": OBLIGATION | {"revision": 2},
    "submission.returned": OBLIGATION | {"revision": 2},
    "submission.accepted": OBLIGATION | {"revision": 2},
    "submission.withdrawn": OBLIGATION | {"revision": 2},
    "indicator.aggregated": {"measure": "4.1", "unit": "DAK_NONG", "period": "2026", "values": {"received": FIGURES}},
    "deadline.approaching": OBLIGATION | {"due_at": "2026-12-14T17:00:00Z", "days_left": 7, "stage": "T-7"},
    "deadline.missed": OBLIGATION | {"due_at": "2026-12-14T17:00:00Z", "days_left": -1, "stage": "O+1"},
    "notification.sent": NOTICE,
    "notification.failed": NOTICE | {"reason_code": "smtp.550"},
    "notification.superseded": NOTICE | {"reason_code": "received"},
    "contact.changed": {"unit": "SO_Y_TE", "recipient_role": "head", "channel": "email"},
    "inspection.logged": {"unit": "SO_Y_TE", "period": "2026-Q3", "kind": "kiem_tra", "findings": 1},
    "deadletter.replayed": {"consumer": "aggregation", "letter": 3, "outcome": "applied"},
    "deadletter.discarded": {"consumer": "notifications", "letter": 4},
    "projection.rebuilt": {
        "projection": "aggregation",
        "origin": "log",
        "events": 12345,
        "equal": True,
        "swapped": False,
        "rebuilt_checksum": "0" * 64,
    },
    "finding.recorded": {"unit": "SO_Y_TE", "period": "2026", "measure": "4.1", "severity": "high"},
}


NAMES = {"24736@2025-07-01": "Xã Quảng Trực", "24646@2025-07-01": "Xã Nam Dong", "SO_NOI_VU": "Sở Nội vụ"}


def archived(type_: str) -> dict[str, Any]:
    """What the archived event of the type says, as if it were of before acts said who acted."""
    data = json.loads((ARCHIVE / f"{type_}.json").read_text("utf-8"))["data"]
    return {name: value for name, value in data.items() if not name.startswith("acting_")}


def name_of(key: str, language: Language) -> str:
    return NAMES.get(key, key)


def test_the_sentence_of_the_design() -> None:
    said = sentence("vn.tiendo.submission.received.v1", "s", SAMPLES["submission.received"], name_of)
    assert said.vi == "Xã Quảng Trực gửi bản 2 Biểu B01-XA năm 2026"
    assert said.en == "Xã Quảng Trực sent revision 2 of form B01-XA for 2026"


@pytest.mark.parametrize("type_", LOGGED_TYPES)
def test_every_type_has_a_sentence_and_a_name(type_: str) -> None:
    said = sentence(type_, "s", archived(type_), name_of)
    assert "Sự kiện" not in said.vi and "{" not in said.vi + said.en
    assert f"type.{type_.removeprefix('vn.tiendo.').removesuffix('.v1')}" in texts()


@pytest.mark.parametrize(
    ("type_", "part"),
    [
        ("indicator.aggregated", "1.234,5; 3/28 đơn vị"),
        ("obligation.opened", "trước 15/12/2026 00:00"),
        ("deadline.approaching", "còn 7 ngày"),
    ],
)
def test_figures_and_days_read_as_vietnamese(type_: str, part: str) -> None:
    assert part in sentence(f"vn.tiendo.{type_}.v1", "s", SAMPLES[type_], name_of).vi


@pytest.mark.parametrize(
    ("type_", "stage", "vi", "en"),
    [
        (
            "notification.sent",
            "T-30",
            "gửi nhắc trước hạn 30 ngày về báo cáo Biểu B01-XA năm 2026 cho",
            "30 days before",
        ),
        ("notification.failed", "O+1", "Không gửi được nhắc quá hạn 1 ngày về báo cáo Biểu B01-XA", "1 day after"),
        ("notification.superseded", "X", "nhắc ở bước X", "reminder of step X"),
        ("deadline.approaching", "T-1", "đến bước nhắc trước hạn 1 ngày", "1 day before the deadline"),
        ("deadline.missed", "O+7", "đến bước nhắc quá hạn 7 ngày", "7 days after the deadline"),
    ],
)
def test_a_reminder_names_its_step_and_its_form(type_: str, stage: str, vi: str, en: str) -> None:
    said = sentence(f"vn.tiendo.{type_}.v1", "s", SAMPLES[type_] | {"stage": stage}, name_of)
    assert vi in said.vi and en in said.en


@pytest.mark.parametrize("stage", ["T-7", "returned"])
def test_the_second_event_of_a_shared_mail_is_no_second_mail(stage: str) -> None:
    shared = NOTICE | {"stage": stage, "recipient_roles": ["reporter", "head"]}
    first, second = (
        sentence("vn.tiendo.notification.sent.v1", "s", shared | {"recipient_role": role}, name_of)
        for role in ("reporter", "head")
    )
    assert "cho người lập báo cáo và người đứng đầu của Xã Quảng Trực" in first.vi and "cùng một" not in first.vi
    assert "the reporter and the head of Xã Quảng Trực" in first.en
    assert "cho người đứng đầu của Xã Quảng Trực" in second.vi
    assert second.vi.endswith("lần 1, trong cùng một thông báo với người lập báo cáo")
    assert second.en.endswith("attempt 1, in the same message as to the reporter")


def test_a_value_in_doubt_says_that_it_needs_checking() -> None:
    sample = SAMPLES["indicator.aggregated"] | {"values": {"received": FIGURES | {"needs_check": True}}}
    said = sentence("vn.tiendo.indicator.aggregated.v1", "s", sample, name_of)
    assert "1.234,5 (cần kiểm tra); 3/28" in said.vi and "1,234.5 (needs checking); 3 of 28" in said.en


@pytest.mark.parametrize("type_", ["notification.sent", "notification.failed", "notification.superseded"])
def test_the_notice_of_a_return_is_no_reminder(type_: str) -> None:
    data = SAMPLES[type_] | {"stage": "returned"}
    said = sentence(f"vn.tiendo.{type_}.v1", "s", data, name_of)
    assert "người lập báo cáo của Xã Quảng Trực rằng báo cáo Biểu B01-XA năm 2026 được trả lại" in said.vi
    assert "the report on form B01-XA for 2026 was returned" in said.en and "nhắc" not in said.vi
    without = {name: value for name, value in data.items() if name != "form"}
    assert "rằng báo cáo năm 2026 được trả lại" in sentence(f"vn.tiendo.{type_}.v1", "s", without, name_of).vi


@pytest.mark.parametrize(
    "data", [{}, {"unit": "x", "period": "2026"}, {"unit": "x", "period": "2026", "due_at": "soon"}]
)
def test_what_cannot_be_told_is_told_by_its_codes(data: dict[str, Any]) -> None:
    assert (
        sentence("vn.tiendo.deadline.missed.v1", "abc", data, name_of).vi
        == "Sự kiện vn.tiendo.deadline.missed.v1 về abc"
    )
    assert sentence("vn.tiendo.new.thing.v2", "abc", data, name_of).en == "Event vn.tiendo.new.thing.v2 about abc"


@pytest.mark.parametrize(
    ("type_", "changed", "vi", "en"),
    [
        (
            "deadletter.replayed",
            {},
            "Hệ thống tổng hợp đã phát lại bản ghi gác lại số 3",
            "applied dead letter 3 again",
        ),
        ("deadletter.replayed", {"outcome": "duplicate"}, "nội dung có từ trước", "nothing changed"),
        ("deadletter.discarded", {}, "Hệ thống nhắc hạn đã bỏ qua bản ghi gác lại số 4", "discarded dead letter 4"),
        ("projection.rebuilt", {}, "từ nhật ký, gồm 12.345 bản tin: khớp với", "12,345 messages: they match"),
        ("projection.rebuilt", {"equal": False, "swapped": True}, "KHÁC với số liệu đang dùng; từ nay", "they DIFFER"),
        ("projection.rebuilt", {"projection": "new"}, "New đã tính lại", "New computed"),
    ],
)
def test_what_the_system_says_of_itself_has_no_unit(type_: str, changed: dict[str, Any], vi: str, en: str) -> None:
    said = sentence(f"vn.tiendo.{type_}.v1", "/aggregation", SAMPLES[type_] | changed, name_of)
    assert vi in said.vi and en in said.en


@pytest.mark.parametrize(
    ("type_", "role", "unit", "vi", "en"),
    [
        (
            "submission.received", "reporter", "24736@2025-07-01",
            "Xã Quảng Trực (người báo cáo) gửi bản 2 Biểu B01-XA năm 2026",
            "Xã Quảng Trực (reporter) sent revision 2 of form B01-XA for 2026",
        ),
        (
            "submission.received", "head", "24646@2025-07-01",
            "Xã Nam Dong (thủ trưởng) gửi bản 2 Biểu B01-XA năm 2026, thay cho Xã Quảng Trực",
            "Xã Nam Dong (head) sent revision 2 of form B01-XA for 2026, in place of Xã Quảng Trực",
        ),
        (
            "submission.returned", "coordinator", "SO_NOI_VU",
            "Sở Nội vụ (điều phối) trả lại bản 2 Biểu B01-XA năm 2026 của Xã Quảng Trực",
            "Sở Nội vụ (coordinator) returned revision 2 of form B01-XA for 2026 to Xã Quảng Trực",
        ),
        (
            "submission.accepted", "coordinator", "SO_NOI_VU",
            "Sở Nội vụ (điều phối) chấp nhận bản 2 Biểu B01-XA năm 2026 của Xã Quảng Trực",
            "Sở Nội vụ (coordinator) accepted revision 2 of form B01-XA for 2026 from Xã Quảng Trực",
        ),
        (
            "submission.withdrawn", "reporter", "24736@2025-07-01",
            "Xã Quảng Trực (người báo cáo) rút bản 2 Biểu B01-XA năm 2026",
            "Xã Quảng Trực (reporter) withdrew revision 2 of form B01-XA for 2026",
        ),
        (
            "obligation.opened", "ops", None,
            "Vận hành mở kỳ: Xã Quảng Trực phải nộp Biểu B01-XA năm 2026 trước 15/12/2026 00:00",
            "Operations opened the period: Xã Quảng Trực owes form B01-XA for 2026, before 15/12/2026 00:00",
        ),
        (
            "contact.changed", "ops", "SO_NOI_VU",
            "Sở Nội vụ (vận hành) đổi địa chỉ nhận nhắc việc (thư điện tử) của người đứng đầu, SO_Y_TE",
            "Sở Nội vụ (operations) changed where the head of SO_Y_TE is reached by e-mail",
        ),
        (
            "inspection.logged", "auditor", "SO_NOI_VU",
            "Sở Nội vụ (thanh tra) ghi nhận cuộc kiểm tra tại SO_Y_TE về quý III/2026: 1 phát hiện",
            "Sở Nội vụ (inspector) logged the check of SO_Y_TE about Q3 2026, findings: 1",
        ),
        (
            "finding.recorded", "auditor", "SO_NOI_VU",
            "Sở Nội vụ (thanh tra) ghi nhận phát hiện mức nghiêm trọng tại SO_Y_TE về năm 2026, chỉ tiêu 4.1",
            "Sở Nội vụ (inspector) recorded a finding of severity high at SO_Y_TE about 2026, measure 4.1",
        ),
        (
            "deadletter.replayed", "ops", "SO_NOI_VU",
            "Sở Nội vụ (vận hành) cho phát lại bản ghi gác lại số 3; Hệ thống tổng hợp đã áp dụng",
            "The aggregation system applied dead letter 3 again, asked by Sở Nội vụ (operations)",
        ),
        (
            "deadletter.discarded", "ops", "SO_NOI_VU",
            "Sở Nội vụ (vận hành) bỏ qua bản ghi gác lại số 4 của Hệ thống nhắc hạn, không áp dụng",
            "The notifications system left dead letter 4 unapplied: discarded by Sở Nội vụ (operations)",
        ),
        (
            "projection.rebuilt", "ops", None,
            "Hệ thống tổng hợp đã tính lại số liệu từ nhật ký theo yêu cầu của bộ phận vận hành, gồm 12.345 bản tin: "
            "khớp với số liệu đang dùng",
            "The aggregation system computed its figures anew from the log for operations, 12,345 messages: "
            "they match those in use",
        ),
    ],
)  # fmt: skip
def test_an_act_says_who_acted(type_: str, role: str, unit: str | None, vi: str, en: str) -> None:
    data = SAMPLES[type_] | {"acting_role": role, "acting_unit": unit}
    assert sentence(f"vn.tiendo.{type_}.v1", "s", data, name_of) == Text(vi, en)


ACTS = [type_ for type_, model in DATA_TYPES.items() if issubclass(model, ActEvent)]


@pytest.mark.parametrize("type_", ACTS)
@pytest.mark.parametrize("role", ROLES)
def test_every_act_says_who_acted_and_an_old_event_does_not(type_: str, role: str) -> None:
    data = archived(type_)
    said = sentence(type_, "s", data | {"acting_role": role, "acting_unit": "SO_NOI_VU"}, name_of)
    actor = actor_name("Sở Nội vụ", role)
    assert actor.vi in said.vi and actor.en in said.en
    assert "Sở Nội vụ" not in sentence(type_, "s", data, name_of).vi


def test_who_acted_is_told_of_a_duplicate_too() -> None:
    data = SAMPLES["deadletter.replayed"] | {"outcome": "duplicate", "acting_role": "ops", "acting_unit": "SO_NOI_VU"}
    said = sentence("vn.tiendo.deadletter.replayed.v1", "s", data, name_of)
    assert "Sở Nội vụ (vận hành)" in said.vi and "không có gì thay đổi" in said.vi
