"""What has happened to an obligation since a page was opened."""

from dataclasses import replace
from uuid import UUID

import pytest

from services.submissions.tests.api_client import NOW
from services.submissions.tests.records import past
from submissions.pages.change import changes_of, changes_since, read_version, revision_at, version_after
from submissions.rules.review import Review

FIRST, SECOND = past(1), past(2)
RETURNED = Review(UUID(int=9), FIRST.id, "return", "Sai", NOW, "coordinator", "SO_NOI_VU", "a" * 32)


def test_decisions_stand_between_the_revision_they_are_about_and_the_next() -> None:
    changes = changes_of([SECOND, FIRST], [RETURNED, replace(RETURNED, submission_id=SECOND.id, act="accept")])
    assert [(one.version, one.word, one.submission.revision) for one in changes] == [
        (2, "sent", 1), (3, "return", 1), (4, "sent", 2), (5, "accept", 2),
    ]  # fmt: skip
    assert (changes[1].unit, changes[1].role, changes[1].reason) == ("SO_NOI_VU", "coordinator", "Sai")
    assert (changes[2].unit, changes[2].reason) == (SECOND.submitted_unit, SECOND.reason)
    assert version_after(changes) == 5 and version_after([]) == 1
    assert [one.version for one in changes_since(changes, 3)] == [4, 5]


def test_the_revision_that_a_page_was_opened_with() -> None:
    changes = changes_of([SECOND, FIRST], [RETURNED])
    assert [revision_at(changes, version) for version in range(5)] == [None, None, FIRST, FIRST, SECOND]


@pytest.mark.parametrize(
    ("text", "version"),
    [("7", 7), ("", 0), ("-1", 0), ("7.0", 0), ("٣", 0), ("9" * 10, 0), (None, 0), (b"7", 0), (" 7", 0)],
)
def test_a_version_that_no_page_has_given_is_none(text: object, version: int) -> None:
    assert read_version(text) == version
