import pytest

from shared.errors import Problem
from submissions.commands.context import check_version
from submissions.http.etag import etag, expected_versions


@pytest.mark.parametrize("seen", [None, "*", '"7"', '"6", "7"', " * "])
def test_the_version_that_the_client_saw_is_the_one_that_stands(seen: str | None) -> None:
    assert etag(7) == '"7"'
    check_version(expected_versions(seen), 7)


@pytest.mark.parametrize("seen", ['"6"', "7", 'W/"7"', '"6", "8"', "", '"07"', '"' + "7" * 5000 + '"'])
def test_another_version_or_a_weak_tag_is_refused(seen: str) -> None:
    with pytest.raises(Problem) as refused:
        check_version(expected_versions(seen), 7)
    assert refused.value.status == 412
