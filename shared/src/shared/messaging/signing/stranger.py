"""A record that no service of ours has sent, or not so: it takes no effect, and nobody's poison is what it holds."""

from typing import Literal, get_args

Reason = Literal[
    "unsigned",
    "bad-signature",
    "unknown-key",
    "key-not-valid-then",
    "wrong-source",
    "wrong-topic",
    "unnumbered",
    "undecodable",
]
REASONS: tuple[Reason, ...] = get_args(Reason)
MAY_BE_OURS: tuple[Reason, ...] = ("unknown-key", "key-not-valid-then")  # mended by publishing the key

PREFIX = "stranger: "
_TOLD: dict[Reason, str] = {
    "unsigned": "it bears no signature that can be read",
    "bad-signature": "its signature is not of these bytes",
    "unknown-key": "it is signed with a key that is not published",
    "key-not-valid-then": "the key that it is signed with was not valid at its time",
    "wrong-source": "it is not signed by the source of which events of this type come",
    "wrong-topic": "events of its type are sent on another topic: it is a copy, which its source has not sent here",
    "unnumbered": "it has no number or no link in the chain of its source",
    "undecodable": "no client can read it, and our services send nothing of that kind",
}


class Stranger(Exception):
    """`str` is what a dead letter keeps as its reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(told(reason))
        self.reason = reason


def told(reason: Reason) -> str:
    return f"{PREFIX}{reason}: {_TOLD[reason]}"


def reason_in(text: str) -> Reason | None:
    """What `told` was told of; None for every other reason of a dead letter."""
    code = text.removeprefix(PREFIX).partition(":")[0] if text.startswith(PREFIX) else ""
    return next((reason for reason in REASONS if reason == code), None)
