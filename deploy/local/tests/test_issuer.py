"""Tokens of this machine are what a service's verifier expects."""

import json
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest

from tiendo_local.__main__ import main
from tiendo_local.console import LocalFault
from tiendo_local.issuer import Issuer, roles


def verify(token: str, jwks_file: Path) -> dict[str, object]:
    keys = jwt.PyJWKSet.from_dict(json.loads(jwks_file.read_text()))
    key = keys[jwt.get_unverified_header(token)["kid"]]
    return jwt.decode(token, key, algorithms=["ES256"], audience="tiendo", issuer="tiendo-local")


@pytest.mark.usefixtures("outside")
def test_the_command_prints_a_token_and_nothing_else(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tiendo_local", "--local", str(tmp_path), "token"]
    done = subprocess.run(
        [*command, "--role", "reporter", "--unit", "SO_Y_TE"], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    claims = verify(done.stdout.removesuffix("\n"), tmp_path / "issuer" / "jwks.json")
    assert (claims["role"], claims["unit"]) == ("reporter", "SO_Y_TE")
    assert claims["sub"]
    assert int(str(claims["exp"])) - int(str(claims["iat"])) == 12 * 3600


def test_a_token_that_services_refuse_is_printed_with_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--local", str(tmp_path), "token", "--role", "reporter", "--unit", "24612@2021-01-01"]) == 0
    printed = capsys.readouterr()
    assert verify(printed.out.removesuffix("\n"), tmp_path / "issuer" / "jwks.json")["unit"] == "24612@2021-01-01"
    assert printed.err.startswith("Services refuse this token today: Nghĩa Thành Ward has ended.")


def test_the_key_is_kept_and_private(tmp_path: Path) -> None:
    token = Issuer(tmp_path).token("ops", "DAK_NONG")
    again = Issuer(tmp_path)
    assert verify(token, again.jwks_file)["role"] == "ops"
    assert stat.S_IMODE(again.key_file.stat().st_mode) == 0o600
    assert "d" not in json.loads(again.jwks_file.read_text())["keys"][0]


def test_an_old_token_is_no_longer_taken(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    old = issuer.token("ops", "DAK_NONG", now=datetime.now(UTC) - timedelta(hours=13))
    with pytest.raises(jwt.ExpiredSignatureError):
        verify(old, issuer.jwks_file)


def test_an_unknown_role_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LocalFault, match="reporter"):
        Issuer(tmp_path).token("king", "SO_Y_TE")
    assert set(roles()) == {"reporter", "head", "coordinator", "leader", "auditor", "ops"}
