import sys
from pathlib import Path

import pytest
from markupsafe import Markup

from shared.access import ROLES
from shared.text import messages

SHELL = messages.load("shared.web")


def test_templates_use_only_keys_that_exist() -> None:
    assert messages.used_in_templates("shared.web").keys() <= SHELL.keys()
    demo = messages.load("shared.web", "web_demo")
    assert messages.used_in_templates("web_demo").keys() <= demo.keys()


def test_every_role_and_state_has_its_word() -> None:
    states = ("met", "partly_met", "not_met", "not_assessed")
    wanted = {f"web.role.{role}" for role in ROLES} | {f"web.state.{state}" for state in states}
    assert wanted <= SHELL.keys()


def test_values_are_escaped_and_counts_choose_the_form() -> None:
    demo = messages.load("web_demo")
    assert demo.markup("vi", "demo.bold_html", name="<b>") == Markup("Biểu <strong>&lt;b&gt;</strong>")
    assert demo.plain("en", "demo.cells", count=1) == "1 form received"
    assert demo.plain("en", "demo.cells", count=2) == "2 forms received"
    assert demo.text("demo.cells", count=1) == ("Đã nhận 1 biểu", "1 form received")


def test_every_fault_of_the_files_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "wrong_messages"
    (package / "messages").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "messages.yaml").write_text('a: {vi: "A"}\nb: {vi: " ", en: {one: "x"}}\nc: {vi: "C", en: "C"}\n')
    (package / "messages" / "more.yaml").write_text('c: {vi: "C", en: "C"}\n')
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with pytest.raises(messages.MessageError) as raised:
        messages.load("wrong_messages")
    assert str(raised.value).splitlines() == [
        "wrong_messages/messages.yaml: a has no en",
        "wrong_messages/messages.yaml: b has no vi and no en",
        "wrong_messages/more.yaml: c stands in two files",
    ]
