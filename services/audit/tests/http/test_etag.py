"""The tag of an inspection is how many findings it has."""

import pytest

from audit.http.etag import etag, expected_findings


@pytest.mark.parametrize(
    ("if_match", "expected"),
    [
        (None, None),
        (" * ", None),
        ('"0"', frozenset({0})),
        ('"2", "13"', frozenset({2, 13})),
        ('W/"2"', frozenset()),
        ("2", frozenset()),
        ('"02"', frozenset()),
    ],
)
def test_what_a_client_accepts(if_match: str | None, expected: frozenset[int] | None) -> None:
    assert expected_findings(if_match) == expected


def test_a_tag_is_read_back() -> None:
    assert expected_findings(etag(7)["ETag"]) == frozenset({7})
