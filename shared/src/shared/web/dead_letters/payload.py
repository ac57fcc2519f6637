"""What a page shows of a letter's value: pretty where it is JSON, and as it is."""

import json
from dataclasses import dataclass, replace

from shared.access import Person
from shared.disclosure import DisclosurePolicy, disclosed_document
from shared.web.dead_letters.schemas import MAX_TEXT_BYTES, readable


@dataclass(frozen=True, slots=True)
class Payload:
    """`pretty` and `exact` are None where there is nothing of the kind to show; `cut`: `exact` is the beginning.
    `withheld`: the reader does not get the exact bytes, and `pretty` without what he may not know."""

    exact: str | None = None
    pretty: str | None = None
    cut: bool = False
    illustrative: bool = False
    withheld: bool = False


def payload(value: bytes | None, policy: DisclosurePolicy, person: Person) -> Payload:
    if value is None:
        return Payload()
    exact, cut = _visible(readable(value) or ""), len(value) > MAX_TEXT_BYTES
    whole = Payload(exact, cut=cut) if policy.needs_to_know(person) else Payload(withheld=True)
    try:
        document = disclosed_document(policy, person, json.loads(value))
        pretty = None if cut or document is None else json.dumps(document, ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return whole
    if pretty is not None:
        # Deep nesting indents a small value into a large one; a lone surrogate cannot be sent.
        pretty = _visible(pretty[:MAX_TEXT_BYTES].encode(errors="replace").decode())
    data = document.get("data") if isinstance(document, dict) else None
    return replace(whole, pretty=pretty, illustrative=isinstance(data, dict) and data.get("illustrative") is True)


def _visible(text: str) -> str:
    """HTML has no NUL; its picture has a character."""
    return text.replace("\0", "␀")
