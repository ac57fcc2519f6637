"""What looks like personal data, and what an office writes every day and does not."""

import time
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.text.personal_data import PersonalData, confirmed_kinds, personal_data, told

IDENTITY = [
    "067199001234",
    "CCCD 067199001234",
    "số 067 199 001 234",
    "067.199.001.234",
    "0671 9900 1234",
    "067199 001234",
    "CMND: 245123456",
    "CMND số 245 123 456",
    "căn cước công dân số 123456789012",
    "nạn nhân 245123456.",
    "(012345678)",
    "hộ chiếu 123456789",
    "０６７１９９００１２３４",
    "067\u200b199001234",
    "067\u00a0199\u00a0001\u00a0234",
]
TELEPHONES = [
    "0912345678",
    "0912 345 678",
    "0912.345.678",
    "0912-345-678",
    "091 234 5678",
    "091.2345.678",
    "0912 34 56 78",
    "+84912345678",
    "+84 912 345 678",
    "+84 (0)91 234 5678",
    "0084 912345678",
    "84912345678",
    "SĐT:0387654321",
    "ĐT 09 12 34 56 78",
    "điện thoại: 0912345678",
    "02613544123",
    "0261 3544 123",
    "0261.3.544.123",
    "(0261) 3544123",
    "024 3825 1234",
    "số 0987654321, gọi sau",
    "0912345678/0387654321",
    "liên hệ 0 9 1 2 3 4 5 6 7 8",
]
EMAILS = ["hoa.nguyen@gmail.com", "thư: nguyen_thi+hoa@xa.quangtruc.lamdong.gov.vn.", "<A@B.VN>"]
ADDRESSES = [
    "số nhà 12",
    "Số nhà: 45/3",
    "nhà ở 12 đường Trần Hưng Đạo",
    "45/3 phố Lê Lợi Mới",
    "hẻm 45/3",
    "ngõ số 7",
    "thôn 5, ông Nguyễn Văn An",
    "bà H'Hen Niê, buôn Ea Sô",
    "Bà Nguyễn Thị Hoa (thôn Bu Dăr)",
    "bon Bu Prăng, chị Thị Ngọc",
    "em N.T.H., tổ 3",
    "tổ dân phố 5 có anh Y Bhăm Niê",
    "trú tại số 12",
    "địa chỉ: thôn 5",
    "thường trú ở số 7 đường liên xã",
    "12 Green Hill Road",
    "BÀ NGUYỄN THỊ HOA, THÔN 5",
]
NOTHING = [
    "",
    "Kế hoạch số 12/KH-UBND ngày 14/12/2026",
    "Quyết định 1234567890/QĐ-UBND",
    "123456789/BC-SNV",
    "000.00.12.H15-261214-0001",
    "Từ 01.12.2026 đến 31.12.2026",
    "01/12/2026 - 31/12/2026",
    "01-12-2026 31-12-2026",
    "03.12.2026 05.12.2026",
    "giai đoạn 2021-2030",
    "2026-12-14T23:12:00+07:00",
    "kinh phí 123456789 đồng",
    "Kinh phí: 245123456",
    "245123456 đồng",
    "dân số 98000000",
    "120000000",
    "120.000.000 đồng",
    "1.234.567.890",
    "123.456.789",
    "123 456 789",
    "tổng số là 245123456",
    "16,13%",
    "0,987654321",
    "12.345.678,90",
    "tháng 03 04 05 06 07",
    "24736@2025-07-01",
    "SO_Y_TE",
    "https://xa.vn/tin/0912345678",
    "www.xa.vn/a-067199001234",
    "01a20d9b-1c4e-764a-a9c7-012345678901",
    "cd" * 32,
    "a0912345678b",
    "tổng số nhà 12 căn",
    "số nhà 120 căn",
    "các số nhà 12",
    "12 đường dây nóng",
    "5 phố đi bộ",
    "sửa 3 ngõ 2 hẻm",
    "tổ dân phố 5",
    "thôn 5 có 12 hộ",
    "120 hộ thường trú tại thôn 5",
    "Phòng chống buôn bán người do bà Nguyễn Thị Hoa phụ trách",
    "Tổ chức do ông Nguyễn Văn An chủ trì",
    "trẻ em Ê Đê ở thôn 3",
    "bà con M'Nông ở bon Bu Prăng",
    "bản tin của ông Nguyễn Văn An",
    "chị em Ê Đê, buôn Ea Sô",
    "Bà Nguyễn Thị Hoa, Phó Chủ tịch",
    "Điều 12, khoản 3",
    "Nghị quyết số 28/NQ-CP",
    "địa chỉ: https://xa.vn",
    "tổng đài 111",
    "1800 1567",
    "061 trẻ, 055 trẻ",
    "chứng minh rằng chi 123.456.789",
    "B01-XA bản 2",
    "Số liệu quý 3: 1.234 / 5.678",
    "cấp căn cước cho 120.000 người",
    "hội nghị thôn ngày 03.12.2026, ông bà cùng dự",
    "@xa.vn",
    "a@b",
]


PERSONAL = {"identity_number": IDENTITY, "telephone": TELEPHONES, "email": EMAILS, "address": ADDRESSES}


@pytest.mark.parametrize("around", ["{}", "Ghi chú: {}", "Trong năm, {} và 12 người khác.", "một\n{}\nhai"])
@pytest.mark.parametrize("kind", PERSONAL)
def test_what_looks_like_personal_data_is_found(kind: str, around: str) -> None:
    missed = [one for one in PERSONAL[kind] if kind not in {found.kind for found in personal_data(around.format(one))}]
    assert missed == []


@pytest.mark.parametrize("around", ["{}", "Ghi chú: {}", "một\n{}\nhai"])
def test_what_an_office_writes_passes(around: str) -> None:
    found = {one: personal_data(around.format(one)) for one in NOTHING}
    assert {one: pieces for one, pieces in found.items() if pieces} == {}


@given(st.dates(date(2000, 1, 1), date(2035, 12, 31)), st.dates(date(2000, 1, 1), date(2035, 12, 31)))
def test_no_date_is_personal(first: date, last: date) -> None:
    for writing in ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d", "%Y%m%d", "%m/%Y"):
        assert personal_data(f"từ {first:{writing}} đến {last:{writing}}") == []
        assert personal_data(f"{first:{writing}} - {last:{writing}} {first:{writing}}") == []


@given(st.integers(0, 10**12))
@example(3_020_000_000)
@example(1_028_123_456)
@example(21_028_123_456)
def test_no_figure_with_separators_and_no_sum_is_personal(value: int) -> None:
    for written in (
        f"{value:,}",
        f"{value:,}".replace(",", "."),
        f"{value:,}".replace(",", " "),
        f"{value} đồng",
        f"{value} người",
    ):
        assert personal_data(f"đạt {written}") == []


@given(st.integers(1, 10**10), st.sampled_from(["KH-UBND", "BC-SNV", "QĐ-TTg", "NQ-CP", "2026/TT-BNV"]))
def test_no_number_of_a_document_is_personal(number: int, sign: str) -> None:
    assert personal_data(f"Căn cứ văn bản số {number}/{sign}, đã thực hiện") == []


@given(
    st.sampled_from("35789"),
    st.integers(0, 10**8 - 1),
    st.sampled_from(["{0}{1}{2}", "{0} {1} {2}", "{0}.{1}.{2}", "{0}-{1}-{2}"]),
)
def test_every_mobile_number_is_found(prefix: str, rest: int, grouped: str) -> None:
    digits = f"0{prefix}{rest:08}"
    written = grouped.format(digits[:4], digits[4:7], digits[7:])
    assert "telephone" in {one.kind for one in personal_data(f"gặp ở số {written}.")}
    assert "telephone" in {one.kind for one in personal_data(f"+84 {digits[1:]}")}


@given(st.integers(1, 96), st.integers(0, 3), st.integers(0, 99), st.integers(1, 999_999))
def test_every_citizen_number_is_found(province: int, century: int, year: int, number: int) -> None:
    digits = f"{province:03}{century}{year:02}{number:06}"
    for written in (digits, " ".join(digits[n : n + 3] for n in range(0, 12, 3))):
        assert "identity_number" in {one.kind for one in personal_data(f"người số {written}")}


@given(st.text(max_size=400))
def test_any_text_is_read(written: str) -> None:
    for one in personal_data(written):
        assert one.said


def test_long_texts_are_read_quickly() -> None:
    for piece in ("bà Nguyễn Thị ", "thôn 5 ", "0912 ", "a.a@", "số nhà ", "0 ", "Đ", "căn cước "):
        personal_data(piece * (20_000 // len(piece)))


def test_the_words_say_what_looks_like_what_and_what_to_do() -> None:
    pieces = personal_data("Bà H., 0912345678 và 0912 345 679, thư a@b.vn, số nhà 12")
    said = told(pieces)
    assert (
        "“0912345678” giống số điện thoại" in said.vi
        and "và 1 chỗ khác" in said.vi
        and "đánh dấu đã xem lại" in said.vi
    )
    assert "“a@b.vn” looks like an e-mail address" in said.en and "and 1 more" in said.en
    kept = confirmed_kinds(pieces)
    assert "0912" not in kept.vi + kept.en and "số điện thoại" in kept.vi and "telephone number" in kept.en
    assert personal_data("0912345678, lại 0912345678") == [PersonalData("telephone", "0912345678")]


LITERALS = (
    "số nhà", "ngõ", "hẻm số", "thường trú", "địa chỉ", "địa chỉ nhà :", "thôn", "ông Nguyễn", "12 đường", "12 Lê",
    "căn cước", "chứng minh nhân dân", "điện thoại", "liên hệ", "kinh phí", "+84", "0912", "a@b", "(028)", "",
)  # fmt: skip


@pytest.mark.parametrize("filler", [" ", "\n", "\u00a0", " \n", "A", "Aa ", "0", "0 ", ".", "-", "@", "a."])
def test_time_grows_with_the_text_and_no_faster(filler: str) -> None:
    """Eight times the text in far less than 64 times the time, of this process alone."""
    assert {literal: spent for literal in LITERALS if grows_faster(spent := seconds_for(literal, filler))} == {}


def seconds_for(literal: str, filler: str) -> list[float]:
    spent = []
    for length in (1_250, 10_000):
        written = f"{literal}{filler * (length // len(filler))}x"
        begin = time.process_time()
        personal_data(written)
        spent.append(time.process_time() - begin)
    return spent


def grows_faster(spent: list[float]) -> bool:
    return spent[1] >= 30 * max(spent[0], 0.001)
