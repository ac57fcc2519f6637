"""What the text of a form may not be."""

from urllib.parse import quote_plus

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.web.middleware import form_text
from shared.web.middleware.form_text import form_faults
from shared.web.middleware.json_text import MOST_FAULTS

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "http://tiendo.test"}
PAIR = st.tuples(st.text(), st.text())


def told(body: bytes) -> list[str]:
    return [fault.pointer for fault in form_faults(body)]


@pytest.mark.parametrize(
    ("language", "word"), [("vi", "Ô “reason” có ký tự không thuộc"), ("en", "The field “reason” has a character")]
)
async def test_an_old_coding_is_refused_by_its_field_in_both_languages(
    client: httpx.AsyncClient, language: str, word: str
) -> None:
    """TCVN3 and Windows-1258 are still in use; read as UTF-8 they would be kept as marks of unreadable characters."""
    body = b"period=2026&reason=S%E8+li%D6u"
    headers = {**FORM, "Accept-Language": language}
    answer = await client.post("/list/7", content=body, headers={**headers, "Accept": "application/json"})
    assert answer.status_code == 400
    [fault] = answer.json()["errors"]
    assert (fault["code"], fault["pointer"]) == ("not-utf8", "/reason")
    assert fault["message"].startswith(word)
    page = await client.post("/list/7", content=body, headers={**headers, "Accept": "text/html"})
    assert page.status_code == 400 and "reason" in page.text


def test_every_field_is_named_and_what_has_no_name_by_its_place() -> None:
    assert told(b"a=%FF&b=1&c%2Fd=%C3%28&=%FF") == ["/a", "/c~1d", "/"]
    [nameless] = form_faults(b"a=1&%FF=2")
    assert nameless.pointer == "" and "5" in nameless.text.en
    assert told(b"\xff") == [""], "bytes as they are"
    assert len(form_faults(b"&".join([b"a=%FF"] * 100))) == MOST_FAULTS


@given(st.lists(PAIR))
def test_what_a_browser_sends_is_taken(pairs: list[tuple[str, str]]) -> None:
    body = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs)
    assert form_faults(body.encode()) == []


@pytest.mark.parametrize("body", [b"%ff&" * 250_000, b"a=%ff&" * 170_000, b"&" * 1_000_000 + b"%ff"])
def test_a_body_of_faults_is_read_no_further_than_they_are_told(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    """A megabyte of them held the process for two seconds, before anybody was asked who they are."""
    made: list[str] = []

    def counted(code: str, pointer: str, said: object) -> tuple[str, str, object]:
        made.append(code)
        return code, pointer, said

    monkeypatch.setattr(form_text, "Fault", counted)
    assert len(form_faults(body)) == len(made) <= MOST_FAULTS
