import pytest

from submissions.http.etag import etag, expected_versions, tag_of


@pytest.mark.parametrize("seen", [None, "*", '"7"', '"6", "7"', " * "])
def test_the_version_that_the_client_saw_is_the_one_that_stands(seen: str | None) -> None:
    assert etag(7) == '"7"'
    expected = expected_versions(seen)
    assert expected is None or 7 in expected


@pytest.mark.parametrize("seen", ['"6"', "7", 'W/"7"', '"6", "8"', "", '"07"', '"' + "7" * 5000 + '"'])
def test_another_version_or_a_weak_tag_is_not_expected(seen: str) -> None:
    expected = expected_versions(seen)
    assert expected is not None and 7 not in expected


def test_the_tag_that_an_answer_says() -> None:
    assert tag_of(b'{"id": "x", "version": 7}') == {"ETag": '"7"'}
    assert tag_of(b'{"id": "x"}') == {}, "an answer that was kept by an earlier version of this program"
