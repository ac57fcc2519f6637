"""By which channels people are reminded, and the tag of a contact."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from notifications.rules.contact import CATALOGUE, ROLES, Contact, RemindingChannels
from notifications.rules.schedule import desired
from services.notifications.tests.rules.samples import CHANNELS, LADDER, OPEN, START

CONTACT = Contact(
    "SO_Y_TE", "reporter", "email", "so-y-te@daknong.example", CATALOGUE, datetime(2026, 1, 1, tzinfo=UTC)
)


def test_everybody_is_reminded_by_the_default_channel_and_others_by_what_they_have() -> None:
    channels = RemindingChannels("email", frozenset({("head", "sms"), ("head", "file")}))
    assert channels.of_role("reporter") == ("email",)
    assert channels.of_role("head") == ("email", "file", "sms")


@given(st.sets(st.tuples(st.sampled_from(ROLES), st.sampled_from(["sms", "webhook"]))))
def test_another_channel_adds_reminders_and_changes_none(others: set[tuple[str, str]]) -> None:
    by_email = desired(OPEN, START, LADDER, CHANNELS)
    by_all = desired(OPEN, START, LADDER, RemindingChannels("email", frozenset(others)))
    assert [reminder for reminder in by_all if reminder.channel == "email"] == by_email
    assert len({reminder.id for reminder in by_all}) == len(by_all)
    added = {(reminder.role, reminder.channel) for reminder in by_all} - {(role, "email") for role in ROLES}
    assert added == others


def test_the_tag_changes_with_the_address_and_the_time() -> None:
    tags = {
        CONTACT.etag,
        replace(CONTACT, address="a@b.example").etag,
        replace(CONTACT, changed_at=datetime(2026, 1, 2, tzinfo=UTC)).etag,
    }
    assert len(tags) == 3
    assert {(tag[0], len(tag), tag[-1]) for tag in tags} == {('"', 34, '"')}


def test_a_derived_address_is_known_as_such() -> None:
    assert CONTACT.from_catalogue and not replace(CONTACT, changed_by="somebody").from_catalogue
