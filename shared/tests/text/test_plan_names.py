from shared.text.names import alphabetical


def test_names_sort_as_in_vietnamese() -> None:
    names = ["Xã Đức An", "Xã Dak", "Xã Đăk", "Xã Ea Pô", "Phường Bắc", "Xã Dung"]
    assert sorted(names, key=alphabetical) == ["Phường Bắc", "Xã Dak", "Xã Dung", "Xã Đăk", "Xã Đức An", "Xã Ea Pô"]
