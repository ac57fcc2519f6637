import pytest

from shared.web.etag import etag, expected_versions


@pytest.mark.parametrize("version", [0, 7, 4_000_000_000])
def test_a_tag_is_read_back(version: int) -> None:
    assert expected_versions(etag(version)) == frozenset({version})


@pytest.mark.parametrize("seen", [None, "*", '"7"', '"6", "7"', " * "])
def test_the_version_that_the_client_saw_is_the_one_that_stands(seen: str | None) -> None:
    expected = expected_versions(seen)
    assert expected is None or 7 in expected


@pytest.mark.parametrize("seen", ['"6"', "7", 'W/"7"', '"6", "8"', "", '"07"', '"' + "7" * 5000 + '"'])
def test_another_version_or_a_weak_tag_is_not_expected(seen: str) -> None:
    expected = expected_versions(seen)
    assert expected is not None and 7 not in expected
