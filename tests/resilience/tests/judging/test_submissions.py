"""Planted lies about submissions are found."""

import pytest

from tests.resilience.tests.judging.honest import Lie, noticed

# What was tampered with → the judges that must notice, at least.
LIES: dict[str, tuple[Lie, set[str]]] = {
    "a submission lost": (lambda _, a: a.submissions.pop(), {"held"}),
    "a submission twice": (lambda _, a: a.submissions.append(a.submissions[0]), {"held"}),
    "a submission that nobody acknowledged": (
        lambda _, a: a.submissions.append({**a.submissions[0], "id": "s9", "revision": 9}),
        {"held"},
    ),
    "another state": (lambda _, a: a.submissions[0].update(state="accepted"), {"held"}),
    "another hash": (lambda _, a: a.submissions[0].update(content_sha256="0" * 64), {"held"}),
    "an obligation's state": (lambda _, a: a.obligations[0].update(state="open"), {"obligations"}),
    "a version too many": (lambda _, a: a.versions.update(o3=2), {"versions"}),
    "a reason lost": (lambda _, a: a.details[0].update(reason=None), {"details"}),
    "a refused report kept": (lambda _, a: a.submissions[0].update(content_sha256="f" * 64), {"untraced"}),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_planted_lie_is_found(lie: str) -> None:
    tamper, wanted = LIES[lie]
    assert wanted <= noticed(tamper)
