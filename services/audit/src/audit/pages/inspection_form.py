"""The form of an inspection as a browser sends it, and its way to and from what the rules read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from audit.pages.page_faults import page_faults
from audit.rules.finding import FINDING_FIELDS, MAX_FINDINGS, PARTS
from audit.rules.inspection import FIELDS
from audit.rules.texts import text, texts
from shared.calendar.written import iso_of
from shared.text import Fault, Text
from shared.text.personal_data import CONFIRMATION
from shared.text.words import kept

TEXTS = tuple(name for name in FIELDS if name not in ("findings", "confirmed"))
DAYS = ("started_on", "ended_on", "signed_on")


@dataclass(frozen=True, slots=True)
class InspectionForm:
    """What was typed, unchanged. `findings` are the boxes on the page, empty ones too; `confirmed` what was ticked."""

    typed: dict[str, str]
    findings: tuple[dict[str, str], ...]
    confirmed: tuple[str, ...] = ()

    @property
    def filled(self) -> list[int]:
        """The boxes that somebody wrote in. A severity alone does not count."""
        return [n for n, box in enumerate(self.findings) if any(kept(box[name]) for name in ("measure", *PARTS))]

    def raw(self) -> dict[str, Any]:
        """As JSON for the rules, with the filled boxes only."""
        sent: dict[str, Any] = {name: value for name, value in self.typed.items() if value}
        sent |= {name: iso_of(sent[name]) for name in DAYS if name in sent} | {"confirmed": list(self.confirmed)}
        sent["findings"] = [{name: value for name, value in self.findings[n].items() if value} for n in self.filled]
        return sent

    def on_page(self, faults: Sequence[Fault]) -> list[Fault]:
        """The same faults, but each points at its box of the page instead of its place in the list that was read."""
        on_page = []
        for fault in page_faults(faults):
            parts = fault.pointer.split("/")
            if parts[1:2] == ["findings"] and len(parts) > 2:
                parts[2] = str(self.filled[int(parts[2])])
            on_page.append(replace(fault, pointer="/".join(parts)))
        return on_page

    def with_another(self) -> "InspectionForm":
        return self if len(self.findings) >= MAX_FINDINGS else replace(self, findings=(*self.findings, empty_finding()))


@dataclass(frozen=True, slots=True)
class FindingForm:
    """The form of one more finding: what was typed, what is wrong with it, and its idempotency key, if it has one.

    `seen` is how many findings its writer has seen, None for a form that does not say it. `notice` is the key of a
    message about what happened meanwhile.
    """

    typed: Mapping[str, str]
    faults: Sequence[Fault] = ()
    key: str = ""
    confirmed: tuple[str, ...] = ()
    seen: int | None = None
    notice: str = ""

    def raw(self) -> dict[str, Any]:
        """As JSON for the rules."""
        return {name: value for name, value in self.typed.items() if value} | {"confirmed": list(self.confirmed)}


def empty_finding() -> dict[str, str]:
    return dict.fromkeys(FINDING_FIELDS, "")


def empty_form() -> InspectionForm:
    return InspectionForm(dict.fromkeys(TEXTS, ""), (empty_finding(),))


def read_form(sent: Mapping[str, Any]) -> InspectionForm:
    """Fields named as in JSON; a finding's are `findings-0-criteria` …; `boxes` says how many there are."""
    boxes = str(sent.get("boxes", "1"))
    count = min(int(boxes), MAX_FINDINGS) if boxes.isascii() and boxes.isdigit() and len(boxes) < 4 else 1
    typed = {name: _text(sent.get(name)) for name in TEXTS}
    findings = tuple(read_finding_form(sent, f"findings-{number}-") for number in range(count))
    return InspectionForm(typed, findings, ticked(sent))


def ticked(sent: Mapping[str, Any]) -> tuple[str, ...]:
    """What the writer has looked at again."""
    return (CONFIRMATION,) if sent.get("confirmed") == CONFIRMATION else ()


def read_seen(sent: Mapping[str, Any]) -> int | None:
    """How many findings the page showed when it was opened; None for what no page of ours says."""
    seen = _text(sent.get("seen"))
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 6 else None


def read_finding_form(sent: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    return {name: _text(sent.get(prefix + name)) for name in FINDING_FIELDS}


def named(faults: Sequence[Fault]) -> list[Fault]:
    """The faults for the summary on top of the page. No label stands beside them, so each names its field."""
    return [replace(fault, text=_with_label(fault)) for fault in faults]


def _with_label(fault: Fault) -> Text:
    label = _label(fault.pointer)
    if label is None:
        return fault.text
    vi, en = (f"{name}: {sentence[:1].lower()}{sentence[1:]}" for name, sentence in zip(label, fault.text, strict=True))
    return Text(vi, en)


def _label(pointer: str) -> Text | None:
    """What the page calls a field: /scope → "Phạm vi", /findings/1/cause → "Phát hiện 2, Vì sao"."""
    *box, name = pointer.strip("/").split("/")
    key = f"new.part.{name}" if name in PARTS else "case.findings" if name == "findings" else f"new.{name}"
    if key not in texts() or name not in (*FIELDS, *FINDING_FIELDS):
        return None
    label = text(key)
    if len(box) == 2 and box[1].isdigit():
        vi, en = (
            f"{whole}, {part}" for whole, part in zip(text("new.finding", number=int(box[1]) + 1), label, strict=True)
        )
        return Text(vi, en)
    return label


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
