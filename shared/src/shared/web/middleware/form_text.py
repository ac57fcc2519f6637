"""What is wrong with the text of a form before any route reads it: names and values that are not UTF-8.

https://url.spec.whatwg.org/#urlencoded-parsing puts another character in their place, and nobody would notice.
"""

from collections.abc import Iterator
from itertools import islice
from urllib.parse import unquote_to_bytes

from shared.text import Fault
from shared.text.words import coded
from shared.web.middleware.json_text import MOST_FAULTS, MOST_SHOWN, escaped
from shared.web.texts import text


def form_faults(body: bytes) -> list[Fault]:
    """Of an application/x-www-form-urlencoded body, the first `MOST_FAULTS`; each names its field if that can be
    read, else the byte at which it begins."""
    if _decoded(body) is not None:  # `&` and `=` are no part of a character: what is whole is so in its parts
        return []
    return list(islice(_wrong_pairs(body), MOST_FAULTS))


def _wrong_pairs(body: bytes) -> Iterator[Fault]:
    at = 1
    for pair in body.split(b"&"):
        if b"%" in pair or not pair.isascii():
            name, _, value = (_decoded(part) for part in pair.partition(b"="))
            if name is None:
                yield Fault("not-utf8", "", text("web.refused.not-utf8.at", position=at))
            elif value is None:
                told = text("web.refused.not-utf8.field", said=coded(name[:MOST_SHOWN]))
                yield Fault("not-utf8", f"/{escaped(name)}", told)
        at += len(pair) + 1


def _decoded(part: bytes) -> str | None:
    """None for what is not UTF-8."""
    try:
        return unquote_to_bytes(part.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        return None
