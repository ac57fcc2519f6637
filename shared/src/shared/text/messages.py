"""What people read, from files: `messages.yaml` and `messages/*.yaml` of a package.

    due.in_days:
      vi: "còn {days} ngày"
      en: {one: "{count} day left", other: "{count} days left"}     # `one` when the value named count is 1

Every key has both languages; a key that ends in `_html` is markup, every other is plain text and escaped.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml
from markupsafe import Markup, escape

from shared.text import Language, Text

Form = str | dict[str, str]
USE = re.compile(r"""\bt\(\s*["']([a-z0-9_.-]+)["']\s*[,)]""")

# libyaml reads ten times as fast as the parser in Python, and every start of a service reads these files.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class MessageError(Exception):
    """A message file that must not be used; the text names every fault."""


class Messages:
    def __init__(self, entries: Mapping[str, Mapping[Language, Form]]) -> None:
        self._entries = dict(entries)

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def keys(self) -> set[str]:
        return set(self._entries)

    def plain(self, language: Language, key: str, **values: object) -> str:
        """Not escaped: for JSON, mail and attributes that are escaped elsewhere. KeyError for an unknown key."""
        return _choose(self._entries[key][language], values).format(**values)

    def markup(self, language: Language, key: str, **values: object) -> Markup:
        """Escaped, values too (values that are Markup stay as they are)."""
        chosen = _choose(self._entries[key][language], values)
        text = Markup(chosen) if key.endswith("_html") else escape(chosen)  # noqa: S704  # our own file
        return text.format(**values)

    def text(self, key: str, **values: object) -> Text:
        """In both languages. A value that is a Text is said in the language of its sentence."""
        vi = {name: value.vi if isinstance(value, Text) else value for name, value in values.items()}
        en = {name: value.en if isinstance(value, Text) else value for name, value in values.items()}
        return Text(self.plain("vi", key, **vi), self.plain("en", key, **en))


def _choose(form: Form, values: Mapping[str, object]) -> str:
    if isinstance(form, str):
        return form
    return form["one"] if values.get("count") == 1 else form["other"]


@cache
def load(*packages: str) -> Messages:
    """Messages of all packages together, read once. MessageError when a key lacks a language or stands in two files."""
    entries: dict[str, Mapping[Language, Form]] = {}
    faults: list[str] = []
    for name, key, value in _entries(packages):
        if key in entries:
            faults.append(f"{name}: {key} stands in two files")
        if wrong := [language for language in ("vi", "en") if not _usable(value, language)]:
            faults.append(f"{name}: {key} has no {' and no '.join(wrong)}")
        entries[key] = value
    if faults:
        raise MessageError("\n".join(faults))
    return Messages(entries)


def _entries(packages: Sequence[str]) -> Iterator[tuple[str, str, Any]]:
    """File, key and value of every entry."""
    for package in packages:
        for name, content in _sources(package):
            for key, value in (content or {}).items():
                yield name, key, value


def _usable(value: Any, lang: str) -> bool:
    form = value.get(lang) if isinstance(value, dict) else None
    if isinstance(form, dict):
        return set(form) == {"one", "other"} and all(isinstance(text, str) and text for text in form.values())
    return isinstance(form, str) and bool(form.strip())


def _sources(package: str) -> Iterator[tuple[str, Any]]:
    root = files(package)
    found: list[Traversable] = []
    if root.joinpath("messages.yaml").is_file():
        found.append(root.joinpath("messages.yaml"))
    folder = root.joinpath("messages")
    if folder.is_dir():
        found += sorted((item for item in folder.iterdir() if item.name.endswith(".yaml")), key=lambda item: item.name)
    for item in found:
        yield f"{package}/{item.name}", yaml.load(item.read_text("utf-8"), _Loader)  # noqa: S506  # CSafeLoader or SafeLoader


def used_in_templates(package: str) -> dict[str, set[str]]:
    """Keys that the package's templates name literally, with the templates: for a test that all of them exist."""
    uses: dict[str, set[str]] = {}
    for template in _files(files(package).joinpath("templates")):
        for key in USE.findall(template.read_text("utf-8")):
            uses.setdefault(key, set()).add(template.name)
    return uses


def _files(folder: Traversable) -> Iterator[Traversable]:
    """Those of its folders, too."""
    for item in folder.iterdir():
        if item.is_dir():
            yield from _files(item)
        else:
            yield item
