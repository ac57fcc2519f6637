import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.web.etag import etag, expected_tags, expected_versions


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


@pytest.mark.parametrize(
    ("if_match", "tags"),
    [
        (None, None),
        (" * ", None),
        ("", []),
        ('"a"', ['"a"']),
        (' "a" ,\t"b",', ['"a"', '"b"']),
        ('"a,b", "c"', ['"a,b"', '"c"']),
        ('W/"a", b, "c"', ['"c"']),
        ('"*"', ['"*"']),
        ('"a" "b"', []),
        ('a"b"', []),
    ],
)
def test_the_strong_tags_of_a_list_are_read(if_match: str | None, tags: list[str] | None) -> None:
    assert expected_tags(if_match) == (None if tags is None else frozenset(tags))


@given(st.lists(st.text(st.characters(min_codepoint=0x23, max_codepoint=0x7E)), max_size=4))
def test_any_tags_are_read_back(opaque: list[str]) -> None:
    tags = [f'"{each}"' for each in opaque]
    assert expected_tags(", ".join(tags)) == frozenset(tags)
