"""The policy's table: role × sensitivity × level × place."""

import pytest

from shared.access import ROLES, Person, Role
from shared.catalogue import Catalogue
from shared.disclosure import DisclosurePolicy

COMMUNE, OTHER, BODY = "24736@2025-07-01", "24739@2025-07-01", "SO_Y_TE"
SECRET, PLAIN = "n_adolescent_births", "population"

MAY_READ: dict[Role, set[tuple[str, str]]] = {
    "coordinator": {(COMMUNE, SECRET), (BODY, SECRET), (COMMUNE, PLAIN)},
    "auditor": {(COMMUNE, SECRET), (BODY, SECRET), (COMMUNE, PLAIN)},
    "leader": {(BODY, SECRET), (COMMUNE, PLAIN)},
    "ops": set(),
    "reporter": {(COMMUNE, PLAIN)},
    "head": {(COMMUNE, PLAIN)},
}


@pytest.mark.parametrize("role", ROLES)
def test_who_may_read_what_of_another_unit(catalogue: Catalogue, role: Role) -> None:
    policy, person = DisclosurePolicy(catalogue), Person(role, OTHER, "x")
    asked = [(COMMUNE, SECRET), (BODY, SECRET), (COMMUNE, PLAIN)]
    assert {one for one in asked if policy.may_read(person, *one)} == MAY_READ[role]


@pytest.mark.parametrize("role", ["reporter", "head"])
def test_a_unit_reads_its_own_and_what_ended_in_it(catalogue: Catalogue, role: Role) -> None:
    policy, own = DisclosurePolicy(catalogue), Person(role, COMMUNE, "x")
    assert policy.may_read(own, COMMUNE, SECRET) and policy.may_read_exactly(own, COMMUNE)
    assert not policy.may_read(own, "24736@2021-01-01", SECRET)
    assert policy.may_read(own, "24736@2021-01-01", SECRET, lambda: ["24736@2021-01-01"])
    assert not policy.may_read_exactly(own, OTHER)


def test_what_the_catalogue_does_not_know_is_secret(catalogue: Catalogue) -> None:
    policy, leader = DisclosurePolicy(catalogue), Person("leader", "DAK_NONG", "x")
    assert not policy.may_read(leader, "99999@1999-01-01", "n_nobody_knows")
    assert not policy.may_read(leader, "99999@1999-01-01", SECRET)
    assert policy.may_read(leader, "99999@1999-01-01", PLAIN)


@pytest.mark.parametrize("role", ["leader", "ops"])
def test_exact_bytes_are_for_who_reads_every_figure(catalogue: Catalogue, role: Role) -> None:
    policy = DisclosurePolicy(catalogue)
    assert not policy.may_read_exactly(Person(role, "DAK_NONG", "x"), COMMUNE)
    assert policy.may_read_exactly(Person("auditor", "DAK_NONG", "x"), None)


@pytest.mark.parametrize("role", ROLES)
def test_words_are_read_by_who_reads_every_figure_that_they_may_repeat(catalogue: Catalogue, role: Role) -> None:
    """Without the policy a leader reads "register has 4 births, report says 3" in the reason of a return."""
    policy, own, other = DisclosurePolicy(catalogue), Person(role, COMMUNE, "x"), Person(role, OTHER, "x")
    secret, plain = policy.of_form("B01-XA"), policy.of_form("B02-XA-Q")
    knows = role in ("coordinator", "auditor")
    assert policy.may_read_words(other, COMMUNE, secret) == knows
    assert policy.may_read_words(own, COMMUNE, secret) == (knows or role in ("reporter", "head"))
    assert policy.may_read_words(other, COMMUNE, plain) == (role != "ops")
    assert policy.may_read_words(other, BODY, policy.of_form("B07-BLG")) == (knows or role == "leader")


def test_words_about_nothing_that_is_known_may_repeat_anything(catalogue: Catalogue) -> None:
    policy, leader = DisclosurePolicy(catalogue), Person("leader", "DAK_NONG", "x")
    for about in (policy.of_measure(None), policy.of_measure("99.9"), policy.of_form("B99-XX")):
        assert not policy.may_read_words(leader, COMMUNE, about)
    assert policy.may_read_words(leader, COMMUNE, policy.of_measure("1.1"))
    assert not policy.may_read_words(Person("ops", "DAK_NONG", "x"), BODY, ())
