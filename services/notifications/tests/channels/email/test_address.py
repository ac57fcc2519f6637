from dataclasses import dataclass

import pytest

from notifications.channels.email.address import derive_addresses, is_address, slug


@dataclass
class Unit:
    key: str
    code: str
    name_vi: str


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Sở Y tế", "so-y-te"), ("Xã Đắk R'Lấp", "xa-dak-rlap"), ("Phường Bắc Gia Nghĩa", "phuong-bac-gia-nghia")],
)
def test_names_become_plain(name: str, expected: str) -> None:
    assert slug(name) == expected


def test_every_unit_and_role_has_an_address_of_its_own() -> None:
    units = [
        Unit("24736@2021-01-01", "24736", "Xã Quảng Trực"),
        Unit("24736@2025-07-01", "24736", "Xã Quảng Trực"),
        Unit("SO_Y_TE", "SO_Y_TE", "Sở Y tế"),
    ]
    made = {(one.unit, one.role): one.address for one in derive_addresses(units, "daknong.example")}
    assert made["SO_Y_TE", "reporter"] == "so-y-te@daknong.example"
    assert made["SO_Y_TE", "head"] == "lanh-dao.so-y-te@daknong.example"
    assert made["24736@2025-07-01", "reporter"] == "xa-quang-truc@daknong.example"
    assert len(set(made.values())) == 6
    assert all(is_address(email) for email in made.values())


@pytest.mark.parametrize(
    "text",
    ["", "a", "a@b", "a@b.vn, c@d.vn", "a@b.vn\nBcc: c@d.vn", "Tên <a@b.vn>", "ô@b.vn", "a b@c.vn", f"{'a' * 65}@b.vn"],
)
def test_what_is_no_single_address_is_refused(text: str) -> None:
    assert not is_address(text)
