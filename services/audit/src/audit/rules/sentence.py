"""An event as a sentence that an officer reads: "Xã Quảng Trực gửi bản 2 Biểu B01-XA năm 2026"."""

from collections.abc import Iterable

from audit.rules.entry import LOGGED_TYPES, EventFields
from audit.rules.phrases import DecimalsOf, NameOf, PhraseContext, placeholders
from audit.rules.texts import text, texts
from shared.errors import StartError
from shared.text import Language, Text

LANGUAGES: tuple[Language, Language] = ("vi", "en")


def short(type_: str) -> str:
    """vn.tiendo.submission.received.v1 → submission.received"""
    return type_.removeprefix("vn.tiendo.").rsplit(".v", 1)[0]


def check_sentences(types: Iterable[str] = LOGGED_TYPES) -> None:
    """At the start: every event that the log keeps has a sentence and a name. Raises `StartError`."""
    keys = [f"{kind}.{short(type_)}" for type_ in types for kind in ("event", "type")]
    if faults := [f"write {key} in audit/messages.yaml, in vi and en" for key in keys if key not in texts()]:
        raise StartError("\n".join(faults))


def sentence(
    type_: str, subject: str, data: EventFields, name_of: NameOf, decimals_of: DecimalsOf = lambda _: None
) -> Text:
    """`name_of` gives a unit's name, `decimals_of` the decimals a measure is shown with (None: all it has).

    The caller may add a `form` to the data of a notification, which names none. Events of the system about itself have
    no unit and no period. A type without a sentence, or data of another shape, is said by its codes.
    """
    key = f"event.{short(type_)}"
    special = f"{key}.{data.get('stage') or data.get('outcome')}"
    key = special if special in texts() else key
    if key in texts():
        contexts = (PhraseContext(data, language, name_of, decimals_of) for language in LANGUAGES)
        try:
            return Text(*(context.message(key, **placeholders(context)) for context in contexts))
        except (KeyError, ValueError, TypeError, AttributeError):
            pass
    return text("event.other", type=type_, subject=subject)
