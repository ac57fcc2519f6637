"""What is shipped is known to the last package, and none of it under a licence that binds others."""

import json
import subprocess
from importlib.metadata import distribution
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.supply.bill import bill
from tests.supply.licences import licence_of, may, policy, refused
from tests.supply.shipped import OURS, ROOT, SERVICES, Package, key, shipped

UV = ROOT / ".local/uv/bin/uv"


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_is_shipped_that_the_policy_does_not_allow(service: str) -> None:
    assert refused(shipped(service)) == []


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("Apache-2.0 WITH LLVM-exception", False),
        ("AGPL-3.0-or-later", False),
        ("LGPL-3.0-only", False),
    ],
)
def test_which_licences_are_taken_without_a_look(licence: str, allowed: bool) -> None:
    assert may(licence) is allowed


def test_weak_copyleft_is_judged_by_the_package() -> None:
    """mypy's pathspec is under the MPL as certifi is, hypothesis as well; nobody has looked at them as shipped."""
    found = refused([Package(name, "1", (), frozenset()) for name in ("certifi", "hypothesis", "pathspec")])
    assert len(found) == 2 and "hypothesis: MPL-2.0 is not allowed" in found[0] and "pathspec" in found[1]


def test_the_policy_names_nothing_that_is_not_shipped() -> None:
    names = {package.name for service in SERVICES for package in shipped(service)}
    assert set(policy().judged) | set(policy().said) <= names


@pytest.mark.parametrize("package", ["psycopg", "psycopg-binary", "certifi"])
def test_the_text_of_a_weak_copyleft_licence_is_shipped_with_it(package: str) -> None:
    files = [file for file in distribution(package).files or [] if "licenses" in file.parts]
    text = "".join(Path(str(file.locate())).read_text("utf-8") for file in files)
    name = {"LGPL-3.0-only": "LESSER GENERAL PUBLIC LICENSE", "MPL-2.0": "Mozilla Public License"}
    assert name[licence_of(package)] in text


@pytest.mark.parametrize("service", SERVICES)
def test_a_bill_of_materials_is_valid_and_whole(service: str) -> None:
    text = bill(service)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert bill(service) == text, "the same bytes for the same lock"
    told = json.loads(text)
    assert told["metadata"]["component"]["name"] == service
    names = {one["name"] for one in told["components"]}
    assert names == {package.name for package in shipped(service)} - {service}
    assert all(one["licenses"] for one in told["components"])
    foreign = [one for one in told["components"] if one["name"] not in OURS]
    assert all(one["purl"] and one["externalReferences"][0]["hashes"] for one in foreign)
    needed = {dependency for one in told["dependencies"] for dependency in one.get("dependsOn", [])}
    assert needed == {one["bom-ref"] for one in told["components"]}, "each is there for something"


@pytest.mark.usefixtures("outside")
def test_what_is_told_is_what_the_image_holds(tmp_path: Path) -> None:
    """As deploy/Dockerfile asks for it."""
    if not UV.exists():
        pytest.skip("uv is not in .local/uv (make install puts it there)")
    names = tmp_path / "names.txt"
    command = [
        *(UV, "pip", "compile", "--quiet", "--no-annotate", "--no-header", "--constraints", "requirements.lock"),
        *("--no-emit-package", "shared", "--python", ROOT / ".venv/bin/python", "--output-file", names),
        "services/aggregation/pyproject.toml",
    ]
    subprocess.run([str(word) for word in command], cwd=ROOT, check=True, capture_output=True, timeout=120)
    wanted = {
        key(line.split("==")[0].partition("[")[0]) for line in names.read_text("utf-8").splitlines() if "==" in line
    }
    assert {package.name for package in shipped("aggregation")} - OURS == wanted
