"""An event as a sentence that an officer reads: "Xã Quảng Trực gửi bản 2 Biểu B01-XA năm 2026"."""

from collections.abc import Iterable

from audit.rules.entry import LOGGED_TYPES, EventFields
from audit.rules.phrases import DecimalsOf, NameOf, PhraseContext, placeholders
from audit.rules.texts import text, texts
from shared.errors import StartError
from shared.events import DATA_TYPES, ActEvent
from shared.text import Language, Text

LANGUAGES: tuple[Language, Language] = ("vi", "en")


def short(type_: str) -> str:
    """vn.tiendo.submission.received.v1 → submission.received"""
    return type_.removeprefix("vn.tiendo.").rsplit(".v", 1)[0]


def check_sentences(types: Iterable[str] = LOGGED_TYPES) -> None:
    """At the start: every event that the log keeps has a sentence and a name, and one that says who acted where the
    event carries that. Raises `StartError`."""
    keys = [key for type_ in types for key in _keys(type_)]
    if faults := [f"write {key} in audit/messages.yaml, in vi and en" for key in keys if key not in texts()]:
        raise StartError("\n".join(faults))


def _keys(type_: str) -> list[str]:
    """What messages.yaml has for a type."""
    keys = [f"event.{short(type_)}", f"type.{short(type_)}"]
    model = DATA_TYPES.get(type_)
    return [*keys, f"{keys[0]}.by"] if model is not None and issubclass(model, ActEvent) else keys


def sentence(
    type_: str, subject: str, data: EventFields, name_of: NameOf, decimals_of: DecimalsOf = lambda _: None
) -> Text:
    """`name_of` gives a unit's name, `decimals_of` the decimals a measure is shown with (None: all it has).

    The caller may add a `form` to the data of a notification, which names none. Events of the system about itself have
    no unit and no period. An act whose event names no role (an old one) is told without who acted. A type without a
    sentence, or data of another shape, is said by its codes.
    """
    key = _key(type_, data)
    if key in texts():
        contexts = (PhraseContext(data, language, name_of, decimals_of) for language in LANGUAGES)
        try:
            return Text(*(_capital(context.message(key, **placeholders(context))) for context in contexts))
        except (KeyError, ValueError, TypeError, AttributeError):
            pass
    return text("event.other", type=type_, subject=subject)


def _key(type_: str, data: EventFields) -> str:
    """The key of the most exact sentence that there is: of a stage or outcome, and with who acted."""
    key = f"event.{short(type_)}"
    special = f"{key}.{data.get('stage') or data.get('outcome')}"
    key = special if special in texts() else key
    by = f"{key}.by"
    return by if data.get("acting_role") and by in texts() else key


def _capital(said: str) -> str:
    """A role may stand at the beginning."""
    return said[:1].upper() + said[1:]
