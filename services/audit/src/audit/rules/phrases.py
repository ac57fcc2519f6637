"""The words that a sentence needs: what the data of an event says, in the language of the reader."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from audit.rules.entry import EventFields
from audit.rules.texts import texts
from shared.text import Language
from shared.text.figures import days_left, instant, number
from shared.text.names import actor_name, period_name

STAGE = re.compile(r"([TO])[-+]([0-9]{1,3})")
NameOf = Callable[[str, Language], str]
DecimalsOf = Callable[[str], int | None]


@dataclass(frozen=True, slots=True)
class PhraseContext:
    """The data of an event, and how to say it. `name_of` and `decimals_of` are those of `sentence`."""

    data: EventFields
    language: Language
    name_of: NameOf
    decimals_of: DecimalsOf

    def message(self, key: str, **values: object) -> str:
        return texts().plain(self.language, key, **values)

    def word(self, kind: str, code: str) -> str:
        """The word for a code; the code itself when it is a new one."""
        key = f"{kind}.{code}"
        return self.message(key) if key in texts() else code


def placeholders(context: PhraseContext) -> dict[str, object]:
    """The value of every placeholder that a sentence may have. A member without a phrase stands for itself.

    Raises KeyError, TypeError and ValueError for data of another shape.
    """
    values: dict[str, object] = {"reason": "–", "about": "", "together": "", **context.data}
    for member, kind in WORDS.items():
        if member in context.data:
            values[member] = context.word(kind, str(context.data[member]))
    for member, phrases in PHRASES.items():
        if member in context.data:
            values |= phrases(context)
    return values


def _unit(context: PhraseContext) -> dict[str, str]:
    return {"unit": context.name_of(str(context.data["unit"]), context.language)}


def _actor(context: PhraseContext) -> dict[str, str]:
    """Sở Nội vụ (điều phối); `instead` names the unit that the event is about where another one answers for it."""
    unit, about = context.data.get("acting_unit"), context.data.get("unit")
    name = context.name_of(str(unit), context.language) if unit else None
    actor = actor_name(name, str(context.data["acting_role"])).in_(context.language)
    if not unit or not about or unit == about:
        return {"actor": actor, "instead": ""}
    return {
        "actor": actor,
        "instead": context.message("event.instead", unit=context.name_of(str(about), context.language)),
    }


def _period(context: PhraseContext) -> dict[str, str]:
    """The period, and the report of a form about that period."""
    period = period_name(str(context.data["period"]), "long").in_(context.language)
    key = "report.with_form" if "form" in context.data else "report.without_form"
    return {"period": period, "report": context.message(key, form=context.data.get("form"), period=period)}


def _step(context: PhraseContext) -> dict[str, str]:
    """T-30 → "nhắc trước hạn 30 ngày"; O+1 → "nhắc quá hạn 1 ngày"."""
    stage = str(context.data["stage"])
    match = STAGE.fullmatch(stage)
    if match is None:
        return {"step": context.message("stage.other", code=stage)}
    return {"step": context.message("stage.before" if match[1] == "T" else "stage.after", count=int(match[2]))}


def _due(context: PhraseContext) -> dict[str, str]:
    return {"due": instant(datetime.fromisoformat(str(context.data["due_at"])))}


def _days_left(context: PhraseContext) -> dict[str, str]:
    return {"left": days_left(int(str(context.data["days_left"]))).in_(context.language)}


def _reason(context: PhraseContext) -> dict[str, str]:
    return {"reason": context.word("reason", str(context.data["reason_code"]))}


def _recipients(context: PhraseContext) -> dict[str, str]:
    """All whom one message was for, in the sentence of the first; the others' say that it was the same message."""
    role, roles = str(context.data["recipient_role"]), context.data.get("recipient_roles") or []
    if not isinstance(roles, list):
        raise TypeError("not a JSON array")
    words = {str(each): context.word("recipient_role", str(each)) for each in (role, *roles)}
    others = context.message("recipient_role.and").join(words[str(each)] for each in roles if each != role)
    if not others:
        return {"recipient_role": words[role]}
    if roles[0] == role:
        return {"recipient_role": context.message("recipient_role.and").join((words[role], others))}
    return {"recipient_role": words[role], "together": context.message("event.together", others=others)}


def _about(context: PhraseContext) -> dict[str, str]:
    measure = context.data["measure"]
    return {"about": context.message("event.about_measure", measure=measure)} if measure else {}


def _figures(context: PhraseContext) -> dict[str, str]:
    """The figures from all reports that were received, with the decimals of the measure.

    An event tells no value of a sensitive measure, and the log none to some readers: then there may well be one.
    """
    figures = _object(_object(context.data["values"])["received"])
    value, decimals = figures.get("value"), context.decimals_of(str(context.data["measure"]))
    if value is None:
        shown = context.message("event.value_not_told" if figures["reported"] else "event.no_value")
    else:
        shown = number(str(value), decimals, language=context.language)
    check = context.message("event.needs_check") if figures.get("needs_check") else ""
    return {"value": shown, "check": check, "reported": str(figures["reported"]), "expected": str(figures["expected"])}


def _object(value: object) -> EventFields:
    if not isinstance(value, Mapping):
        raise TypeError("not a JSON object")
    return value


def _rebuilt(context: PhraseContext) -> dict[str, str]:
    data = context.data
    return {
        "events": number(str(data["events"]), language=context.language),
        "result": context.message("rebuilt.equal" if data["equal"] else "rebuilt.different"),
        "swapped": context.message("rebuilt.swapped") if data["swapped"] else "",
    }


# Member of the data → the kind of word that its code has in messages.yaml.
WORDS = {
    "kind": "kind",
    "severity": "severity",
    "channel": "channel",
    "origin": "origin",
    "consumer": "service",
    "projection": "service",
}
# Member of the data → the phrases that it gives.
PHRASES: dict[str, Callable[[PhraseContext], dict[str, str]]] = {
    "unit": _unit,
    "acting_role": _actor,
    "period": _period,
    "stage": _step,
    "due_at": _due,
    "days_left": _days_left,
    "reason_code": _reason,
    "recipient_role": _recipients,
    "measure": _about,
    "values": _figures,
    "rebuilt_checksum": _rebuilt,
}
