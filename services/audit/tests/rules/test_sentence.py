"""Every event of the log is a sentence in both languages."""

from typing import Any

import pytest

from audit.rules.entry import LOGGED_TYPES
from audit.rules.sentence import sentence
from audit.rules.texts import texts
from shared.text import Language

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


def name_of(key: str, language: Language) -> str:
    return {"24736@2025-07-01": "Xã Quảng Trực"}.get(key, key)


def test_the_sentence_of_the_design() -> None:
    said = sentence("vn.tiendo.submission.received.v1", "s", SAMPLES["submission.received"], name_of)
    assert said.vi == "Xã Quảng Trực gửi bản 2 Biểu B01-XA năm 2026"
    assert said.en == "Xã Quảng Trực sent revision 2 of form B01-XA for 2026"


@pytest.mark.parametrize("type_", LOGGED_TYPES)
def test_every_type_has_a_sentence_and_a_name(type_: str) -> None:
    short = type_.removeprefix("vn.tiendo.").removesuffix(".v1")
    said = sentence(type_, "s", SAMPLES[short], name_of)
    assert "Sự kiện" not in said.vi and "{" not in said.vi + said.en
    assert f"type.{short}" in texts()


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
        ("deadletter.replayed", {}, "Hệ thống tổng hợp đã áp dụng lại bản tin lỗi số 3", "applied dead letter 3 again"),
        ("deadletter.replayed", {"outcome": "duplicate"}, "nội dung có từ trước", "nothing changed"),
        ("deadletter.discarded", {}, "Hệ thống nhắc hạn đã bỏ bản tin lỗi số 4", "discarded dead letter 4"),
        ("projection.rebuilt", {}, "từ nhật ký, gồm 12.345 bản tin: khớp với", "12,345 messages: they match"),
        ("projection.rebuilt", {"equal": False, "swapped": True}, "KHÁC với số liệu đang dùng; từ nay", "they DIFFER"),
        ("projection.rebuilt", {"projection": "new"}, "new đã tính lại", "new computed"),
    ],
)
def test_what_the_system_says_of_itself_has_no_unit(type_: str, changed: dict[str, Any], vi: str, en: str) -> None:
    said = sentence(f"vn.tiendo.{type_}.v1", "/aggregation", SAMPLES[type_] | changed, name_of)
    assert vi in said.vi and en in said.en
