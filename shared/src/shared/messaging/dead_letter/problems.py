"""Why a dead letter cannot be replayed or discarded."""

from shared.errors import Problem, conflict, not_found
from shared.text import Fault, Text
from shared.text.texts import text


class StillFails(Problem):
    """422: today's code cannot apply the letter either. `reason` is what it said, for people of ops."""

    def __init__(self, reason: str) -> None:
        fault = Fault("still-fails", "", Text(reason, reason))
        super().__init__(422, "still-fails", text("letter.still_fails"), [fault], extra={"reason": reason})
        self.reason = reason


def unknown() -> Problem:
    return not_found(text("letter.unknown"))


def nothing_to_replay() -> Problem:
    return conflict("no-value", text("letter.nothing_to_replay"))


def replayed_already() -> Problem:
    return conflict("replayed-already", text("letter.replayed_already"))


def changed_meanwhile() -> Problem:
    """412: somebody did something about the letter since it was looked at."""
    return Problem(412, "letter-changed", text("letter.changed"))
