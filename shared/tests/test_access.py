"""Which units a person may read: one table for every service."""

from typing import get_args

import pytest

from shared.access import Person, Role, check_access, may_access, readable_units, sees_all_units
from shared.errors import Problem
from shared.text import Text
from shared.text.texts import text

ENDED = ("OLD_A", "OLD_B")


def ended() -> tuple[str, ...]:
    return ENDED


def not_asked() -> tuple[str, ...]:
    raise AssertionError("the catalogue was asked")


def person(role: Role) -> Person:
    return Person(role, "OWN", "somebody")


@pytest.mark.parametrize("role", get_args(Role))
def test_who_is_bound_to_a_unit(role: Role) -> None:
    bound = role in ("reporter", "head")
    assert sees_all_units(person(role)) is not bound
    assert may_access(person(role), "OWN")
    assert may_access(person(role), "OLD_A", ended)
    assert may_access(person(role), "OTHER", ended) is not bound
    assert may_access(person(role), "OLD_A") is not bound


def test_a_list_is_narrowed_to_what_the_person_may_read() -> None:
    assert readable_units(person("reporter"), None) == ("OWN",)
    assert readable_units(person("head"), None, ended) == ("OWN", *ENDED)
    assert readable_units(person("head"), "OLD_B", ended) == ("OLD_B",)
    assert readable_units(person("leader"), None, ended) == ()
    assert readable_units(person("auditor"), "OTHER") == ("OTHER",)


def test_the_catalogue_is_asked_last() -> None:
    assert may_access(person("reporter"), "OWN", not_asked)
    assert may_access(person("leader"), "OTHER", not_asked)
    assert readable_units(person("head"), "OWN", not_asked) == ("OWN",)
    assert readable_units(person("leader"), None, not_asked) == ()


def test_the_unit_of_somebody_else_is_refused_with_its_words() -> None:
    with pytest.raises(Problem) as refused:
        check_access(person("reporter"), "OTHER", ended)
    assert (refused.value.status, refused.value.title) == (403, text("problem.other_unit"))
    words = Text("khác", "another")
    with pytest.raises(Problem) as refused:
        readable_units(person("head"), "OTHER", refusal=words)
    assert (refused.value.status, refused.value.title) == (403, words)
