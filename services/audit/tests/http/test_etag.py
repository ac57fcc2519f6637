"""The tag of an inspection is how many findings it has."""

import pytest

from audit.http.etag import etag, expected_findings


@pytest.mark.parametrize(
    ("if_match", "expected"),
    [
        (None, None),
        (" * ", None),
        ('"0"', {0}),
        ('"2", "13"', {2, 13}),
        ('W/"2"', set()),
        ("2", set()),
        ('"02"', set()),
    ],
)
def test_what_a_client_accepts(if_match: str | None, expected: set[int] | None) -> None:
    assert expected_findings(if_match) == expected


def test_a_tag_is_read_back() -> None:
    assert expected_findings(etag(7)["ETag"]) == {7}
