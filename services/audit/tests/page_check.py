"""What every page must keep: labels, unique ids, references that lead somewhere."""

import re
from html.parser import HTMLParser

import httpx


class Labels(HTMLParser):
    """Fields without a label, ids that stand twice, references to ids that do not exist."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.fields: set[str] = set()
        self.referred: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "label" and "for" in given:
            self.labelled.add(given["for"])
        if tag in ("input", "select", "textarea") and given.get("type") != "hidden":
            self.fields.add(given.get("id", f"nameless {given.get('name')}"))
        self.referred |= set((given.get("aria-describedby", "") + " " + given.get("aria-labelledby", "")).split())
        if tag == "a" and given.get("href", "").startswith("#"):
            self.referred.add(given["href"][1:])


def check(answer: httpx.Response, status: int = 200) -> str:
    assert answer.status_code == status, answer.text
    text = answer.text
    labels = Labels(text)
    assert len(labels.ids) == len(set(labels.ids)), labels.ids
    assert labels.fields <= labels.labelled
    assert labels.referred <= set(labels.ids)
    assert (len(re.findall("<h1", text)) == 1 and 'lang="vi"' in text) or 'lang="en"' in text
    assert " style=" not in text and "<script>" not in text
    return text
