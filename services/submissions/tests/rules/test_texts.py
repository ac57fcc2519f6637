"""The sentences of the service."""

from typing import get_args, get_type_hints

import pytest

from shared.text import Text
from shared.text.messages import load as load_messages
from shared.text.messages import used_in_templates
from submissions.rules.review import Refusal
from submissions.rules.texts import text


def test_every_message_that_a_template_names_is_there() -> None:
    written = load_messages("shared.web", "submissions").keys()
    assert {key: where for key, where in used_in_templates("submissions.pages").items() if key not in written} == {}


@pytest.mark.parametrize("code", get_args(get_type_hints(Refusal)["code"]))
def test_every_refusal_of_a_decision_has_its_words(code: str) -> None:
    sentence = text(f"problem.{code}")
    assert sentence.vi != sentence.en


def test_a_value_in_both_languages_is_said_in_each() -> None:
    sentence = text("problem.not_coordinator", name=Text("Sở Nội vụ", "Department of Home Affairs"))
    assert sentence.vi.endswith("hôm nay đó là Sở Nội vụ.")
    assert sentence.en.endswith("today that is Department of Home Affairs.")
