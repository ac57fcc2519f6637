"""On a page a fault says what to choose or to type there, without codes."""

import re

from audit.pages.page_faults import page_faults
from audit.rules.texts import fault, texts


def test_a_fault_is_said_for_readers_of_a_page() -> None:
    [day, other] = page_faults([fault("not-a-day", "/started_on", value="x"), fault("required", "/scope")])
    assert day.pointer == "/started_on" and "14/12/2026" in day.text.vi and "2026-12-14" not in day.text.vi
    assert other == fault("required", "/scope")


def test_no_words_of_a_page_hold_codes_or_patterns() -> None:
    for key in sorted(texts().keys()):
        if key.startswith("page.fault."):
            said = texts().plain("vi", key) + texts().plain("en", key)
            assert not re.search(r"[a-z]_[a-z]|@[0-9]|\^|\[|/query|[0-9]{4}-[0-9]{2}", said), key
