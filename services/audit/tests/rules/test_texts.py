"""Every message that a template names exists."""

from audit.rules.texts import texts
from shared.text.messages import used_in_templates


def test_every_message_of_the_templates_exists() -> None:
    used = {key for key in used_in_templates("audit.pages") if not key.startswith("web.")}
    missing = {key for key in used if key not in texts() and not key.endswith(".")}
    assert not missing
