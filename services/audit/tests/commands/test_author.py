"""Who gives a command, and on which day."""

from datetime import UTC, date, datetime

from audit.commands.author import Author
from shared.access import Person


def test_the_day_is_the_day_in_vietnam() -> None:
    person = Person("auditor", "SO_NOI_VU", "local:auditor")
    assert Author(person, datetime(2026, 12, 14, 16, 59, tzinfo=UTC), "0" * 64).today == date(2026, 12, 14)
    assert Author(person, datetime(2026, 12, 14, 17, 0, tzinfo=UTC), "0" * 64).today == date(2026, 12, 15)
