"""Where role and unit stand is a setting; what is no path is told before the service starts."""

import re
from pathlib import Path
from typing import Any

import pytest

from shared.auth.claim_path import ClaimPath
from shared.errors import StartError

ROLE = "https://example.vn/claims/role"


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("role", ("role",)),
        ("realm_access.roles", ("realm_access", "roles")),
        ("resource_access.tiendo-api.roles", ("resource_access", "tiendo-api", "roles")),
        ('resource_access."tiendo.daknong.gov.vn".roles', ("resource_access", "tiendo.daknong.gov.vn", "roles")),
        (f'"{ROLE}"', (ROLE,)),
        ('"extn.unit"', ("extn.unit",)),
        ("cognito:groups", ("cognito:groups",)),
    ],
)
def test_a_path_and_how_it_is_written(written: str, names: tuple[str, ...]) -> None:
    path = ClaimPath.parse("TOKEN_ROLE_CLAIM", written)
    assert path.names == names and str(path) == written


@pytest.mark.parametrize(
    "written", ["", " ", ".", "a.", ".a", "a..b", "a b", ROLE, '"a', 'a"b"', '""', '"a"b', "$.role", "/role", "a.\n"]
)
def test_what_is_no_path_is_told_with_its_setting(written: str) -> None:
    with pytest.raises(StartError, match=r"settings: TOKEN_ROLE_CLAIM: .* is no path to a claim"):
        ClaimPath.parse("TOKEN_ROLE_CLAIM", written)


@pytest.mark.parametrize(
    ("claims", "values"),
    [
        ({"a": {"b": "reporter"}}, ("reporter",)),
        ({"a": {"b": "former reporter"}}, ("former reporter",)),
        ({"a": {"b": ["reporter", 7, None, ["head"], "offline access"]}}, ("reporter", "offline access")),
        ({"a": {"b": {"reporter": True}}}, ()),
        ({"a": {"b": 7}}, ()),
        ({"a": {"b": None}}, ()),
        ({"a": ["b"]}, ()),
        ({"a": "b"}, ()),
        ({"a.b": "reporter"}, ()),
        ({}, ()),
    ],
)
def test_the_values_at_a_path(claims: dict[str, Any], values: tuple[str, ...]) -> None:
    assert ClaimPath.parse("TOKEN_ROLE_CLAIM", "a.b").values(claims) == values


def test_the_paths_that_the_design_names_for_providers_are_some() -> None:
    design = Path(__file__).resolve().parents[3] / "docs/design.md"
    table = design.read_text("utf-8").split("| provider | role | unit |", 1)[1].split("\n\n", 1)[0]
    paths = [
        path for row in table.splitlines()[2:] for cell in row.split("|")[2:] for path in re.findall(r"`(.+?)`", cell)
    ]
    assert len(paths) >= 10
    for path in paths:
        assert str(ClaimPath.parse("TOKEN_ROLE_CLAIM", path)) == path


@pytest.mark.parametrize("name", ["scope", "scp"])
def test_scopes_have_spaces_between_them(name: str) -> None:
    assert ClaimPath.parse("TOKEN_ROLE_CLAIM", name).values({name: " openid  reporter\t"}) == ("openid", "reporter")
