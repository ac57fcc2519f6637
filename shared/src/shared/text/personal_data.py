"""What in a text looks like personal data: numbers of identity papers, telephones, mail and street addresses.

Patterns, not proofs: precise, so that figures, dates, money and numbers of documents pass, and only ever a warning.
A report is no place for such data (docs/domain.md 6.3): whoever wrote it takes it out, or confirms that it is nobody's.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from shared.text.text import Text
from shared.text.texts import text

CONFIRMATION = "personal_data"
"""What a person confirms about a text that was warned of: the code of the fault and of the kept warning."""

Kind = Literal["identity_number", "telephone", "email", "address"]
SHOWN = 3  # of one text that a fault repeats
LENGTH = 60  # of one that is repeated
MOST = 20_000  # characters of one text that are looked at; no text that is kept is longer

# A capital of the Latin scripts, Vietnamese ones too: `re` knows no class for it.
_CAPITAL = "".join(c for c in map(chr, range(0x41, 0x1F00)) if c.isupper() and "LATIN" in unicodedata.name(c, ""))
_WORD = rf"[{_CAPITAL}]\w*(?:['’]\w+)?"

# What a number is no part of: a longer number, a word, the number of a document.
_START, _END = r"(?<!\w)(?<![0-9][.,-])", r"(?!\w)(?!/[^\W\d])(?![.,-][0-9])"
_PAPER = (
    r"(?:cccd|cmnd|cmt|căn\s+cước|chứng\s+minh\s+(?:nhân\s+dân|thư)|số\s+định\s+danh|giấy\s+tờ\s+tùy\s+thân"
    r"|hộ\s+chiếu|passport|identity\s+(?:card|paper|number)|id\s+card)"
)
_CALL = r"(?:điện\s+thoại|đ\.?t|s\.?đ\.?t|di\s+động|hotline|zalo|liên\s+hệ|gọi|tel|phone|mobile)"
_SUM_BEFORE = re.compile(
    r"(?<!\w)(?:kinh\s+phí|ngân\s+sách|số\s+tiền|tổng(?:\s+số)?|giá\s+trị|vốn|chi|thu|budget|total)\W{0,3}(?:là\W{0,2})?$",
    re.IGNORECASE,
)
_SUM_BEHIND = re.compile(
    r" {0,2}(?:(?:đồng|đ|vn[dđ]|usd|dong|tỷ|triệu|nghìn|người|lượt|hộ|trẻ|phụ\s+nữ|nam|nữ|ca|vụ|m2|ha|km"
    r"|persons?|people)(?!\w)|%)",
    re.IGNORECASE,
)

# No shorter one is looked at.
_LONG_NUMBER = re.compile(r"[0-9](?:[ .()-]{0,3}[0-9]){8}")
_NOT_READ = re.compile(
    r"\b(?:https?://|www\.)\S{1,2000}|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{32,64}\b",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,24}(?![\w-])", re.IGNORECASE)
# A citizen's number: province 001 to 096, sex and century, year of birth, six digits.
_CITIZEN = re.compile(
    _START + r"(?=0(?:0[ .-]?[1-9]|[1-8][0-9]|9[0-6]))"
    r"(?:[0-9]{12}|[0-9]{3}([ .-])[0-9]{3}\1[0-9]{3}\1[0-9]{3}|[0-9]{4}([ .-])[0-9]{4}\2[0-9]{4}"
    r"|[0-9]{3}[ .-][0-9][ .-][0-9]{2}[ .-][0-9]{6}|[0-9]{6}[ .-][0-9]{6})" + _END
)
_NINE = re.compile(r"(?<![\w/])(?<![0-9][.,-])[0-9]{9}(?![\w/])(?![.,-][0-9])")
_NAMED_PAPER = re.compile(rf"(?<!\w){_PAPER}[^0-9\n]{{0,30}}([0-9](?:[ .-]?[0-9]){{8,11}})(?![0-9])", re.IGNORECASE)
# Grouped as people write a telephone number: dates, and lists of two-digit figures, are grouped otherwise.
_MOBILE = re.compile(
    _START + r"0[35789](?:[0-9]{8}|[0-9]{2}[ .-][0-9]{3}[ .-][0-9]{3}|[0-9][ .-][0-9]{3}[ .-][0-9]{4}"
    r"|[0-9][ .-][0-9]{4}[ .-][0-9]{3}|[0-9]{2}(?:[ .-][0-9]{2}){3}|[0-9]{2}[ .-][0-9]{6}|[0-9][ .-][0-9]{7})" + _END
)
_LANDLINE = re.compile(
    _START + r"(?<![0-9] )"  # else a group of a long number
    r"(?:02[0-9]{9}|02[0-9]{1,2}(?:[ .-][0-9]{1,4}){1,2}[ .-][0-9]{3,4}|02[0-9]{1,2}[ .-][0-9]{7,8})" + _END
    + r"|\(02[0-9]{1,2}\)(?:[ .-]?[0-9]){7,8}(?![0-9])"
)  # fmt: skip
_ABROAD = re.compile(r"(?<![\w+])(?:\+ ?84|0084)(?:[ .()-]{0,3}[0-9]){9,10}(?![0-9])")
_ABROAD_BARE = re.compile(_START + r"84[35789][0-9]{8}" + _END)
_NAMED_CALL = re.compile(
    rf"(?<!\w){_CALL}[^0-9\n+]{{0,20}}((?:\+ ?84|0)(?:[ .()-]{{0,2}}[0-9]){{9,10}})(?![0-9])", re.IGNORECASE
)

_NUMBERED = r"[0-9]{1,4}[a-zA-Z]?(?:/[0-9]{1,4}){0,3}"
_HAMLET_WORD = r"(?i:thôn|bon|buôn|tổ(?:\s+dân\s+phố)?|ấp|khu\s+phố|xóm|làng|bản|hamlet|village)"
_HAMLET = rf"(?<!\w){_HAMLET_WORD}\s+(?:[0-9]{{1,3}}|{_WORD})"
_TITLE = r"(?<!trẻ )(?<!chị )(?<!\w)(?i:ông|bà|anh|chị|em|cháu|cụ|cô|chú|bác|mr|mrs|ms)\.?"
_NAME = rf"(?:(?:[{_CAPITAL}]\.){{2,4}}|{_WORD}(?:\s{_WORD}){{1,4}})"
_ADDRESSES = (
    re.compile(
        rf"(?<!tổng )(?<!các )(?<!những )(?<!\w)(?i:số\s+nhà)\s*:?\s*{_NUMBERED}(?![\w/])(?![.,][0-9])"
        r"(?!\s+(?i:căn|cái|hộ|ngôi|nhà|tầng))"
    ),
    re.compile(rf"(?<![0-9] )(?<!\w)(?i:ngõ|ngách|hẻm|kiệt)\s+(?:số\s+)?{_NUMBERED}(?!\w)"),
    re.compile(
        rf"(?<!\w)(?i:thường\s+trú|tạm\s+trú|trú\s+tại|địa\s+chỉ)[^.;\n0-9]{{0,15}}(?i:số)\s+{_NUMBERED}(?![\w/])"
    ),
    re.compile(rf"(?<!\w)(?i:địa\s+chỉ(?:\s+nhà)?)\s*:\s*{_HAMLET_WORD}\s+(?:[0-9]{{1,3}}|{_WORD})"),
    re.compile(rf"(?<![\w/.,-]){_NUMBERED},?\s+(?i:đường|phố|đại\s+lộ)\s+{_WORD}(?:\s{_WORD}){{1,4}}"),
    re.compile(rf"(?<![\w/.,-]){_NUMBERED}\s+(?:{_WORD}\s){{1,3}}(?:Street|Road|Lane|Avenue|Alley)(?!\w)"),
)
_PERSON = re.compile(rf"{_TITLE}\s+{_NAME}")
_PERSON_AT_HAMLET = (
    re.compile(rf"{_HAMLET}[^.;\n]{{0,60}}?{_TITLE}\s+{_NAME}"),
    re.compile(rf"{_TITLE}\s+{_NAME}[^.;\n]{{0,60}}?{_HAMLET}"),
)


@dataclass(frozen=True, slots=True)
class PersonalData:
    """A piece of a text and what it looks like."""

    kind: Kind
    said: str


def personal_data(written: str) -> list[PersonalData]:
    """Everything in the text that looks like personal data, each piece once, in no order of importance."""
    plain = _NOT_READ.sub(" ", _plain(written))
    pieces: dict[str, PersonalData] = {}
    for kind, said in _pieces(plain):
        one = " ".join(said.split())
        if not any(one in other for other in pieces):
            pieces[one] = PersonalData(kind, one)
    return list(pieces.values())


def told(pieces: Sequence[PersonalData]) -> Text:
    """What looks like what, and what to do about it."""
    first = [
        text(f"personal_data.{one.kind}", said=one.said if len(one.said) <= LENGTH else one.said[:LENGTH] + "…")
        for one in pieces[:SHOWN]
    ]
    more = text("personal_data.more", count=len(pieces) - SHOWN) if len(pieces) > SHOWN else Text("", "")
    listed = Text(", ".join(one.vi for one in first) + more.vi, ", ".join(one.en for one in first) + more.en)
    return text("personal_data.fault", pieces=listed)


def confirmed_kinds(pieces: Iterable[PersonalData]) -> Text:
    """The warning that is kept: that somebody has confirmed, and of what kind it looked, without the words."""
    kinds = [text(f"personal_data.kind.{kind}") for kind in dict.fromkeys(one.kind for one in pieces)]
    listed = Text(", ".join(one.vi for one in kinds), ", ".join(one.en for one in kinds))
    return text("personal_data.confirmed", kinds=listed)


def _plain(written: str) -> str:
    """Digits and blanks of every script as the plain ones, a run of blanks as one; what has no width is left out.

    With single blanks no pattern has two ways to part them: the time grows with the text and no faster.
    """
    shown = "".join(c for c in written[:MOST] if unicodedata.category(c) != "Cf")
    lines = unicodedata.normalize("NFKC", shown).splitlines()
    return "\n".join(" ".join(line.split()) for line in lines if line.strip())


def _pieces(plain: str) -> Iterator[tuple[Kind, str]]:
    if "@" in plain:
        yield from (("email", found[0]) for found in _EMAIL.finditer(plain))
    if _LONG_NUMBER.search(plain):
        yield from _numbers(plain)
    yield from (("address", found[0]) for pattern in _ADDRESSES for found in pattern.finditer(plain))
    if _PERSON.search(plain) and re.search(_HAMLET, plain):
        yield from (("address", found[0]) for pattern in _PERSON_AT_HAMLET for found in pattern.finditer(plain))


def _numbers(plain: str) -> Iterator[tuple[Kind, str]]:
    yield from (("identity_number", found[0]) for found in _CITIZEN.finditer(plain))
    yield from (("telephone", found[1]) for found in _NAMED_CALL.finditer(plain))
    yield from (
        ("telephone", found[0]) for pattern in (_ABROAD, _MOBILE, _LANDLINE) for found in pattern.finditer(plain)
    )
    yield from (("telephone", found[0]) for found in _ABROAD_BARE.finditer(plain) if not _is_sum(plain, found.span()))
    for pattern, group in ((_NAMED_PAPER, 1), (_NINE, 0)):
        numbers = (found for found in pattern.finditer(plain) if not _is_sum(plain, found.span(group)))
        yield from (("identity_number", found[group]) for found in numbers)


def _is_sum(plain: str, span: tuple[int, int]) -> bool:
    """A figure that somebody wrote without separators: round, or beside what it counts."""
    start, end = span
    before, behind = plain[max(0, start - 30) : start], plain[end : end + 12]
    return plain[start:end].endswith("000") or bool(_SUM_BEFORE.search(before) or _SUM_BEHIND.match(behind))
