"""Who is meant by a pseudonym: one person everywhere, and nobody for who has no key."""

import hashlib
import re

from shared.auth.pseudonym import Pseudonyms

MAIL = "nguyen.thi.a@daknong.gov.vn"


def test_one_person_has_one_pseudonym_in_one_installation() -> None:
    here, there = Pseudonyms(b"key", "https://sso.example"), Pseudonyms(b"key", "https://sso.example")
    assert here.of(MAIL) == there.of(MAIL) and re.fullmatch("[0-9a-f]{32}", here.of(MAIL))
    others = {
        here.of("tran.van.b@daknong.gov.vn"),
        Pseudonyms(b"key", "https://another.example").of(MAIL),
        Pseudonyms(b"another key", "https://sso.example").of(MAIL),
    }
    assert len(others | {here.of(MAIL)}) == 4


def test_addresses_cannot_be_tried_without_the_key() -> None:
    """Without a key the log and a list of the province's addresses tell who did what."""
    tried = {hashlib.sha256(text.encode()).hexdigest()[:32] for text in (MAIL, f"https://sso.example|{MAIL}")}
    assert Pseudonyms(b"secret", "https://sso.example").of(MAIL) not in tried
