"""Dead letters as a work list: what could not be applied is looked at, replayed with today's code, or discarded."""

from shared.messaging.dead_letter.letter import MAX_ID, Letter, OpenedList, Outcome, State
from shared.messaging.dead_letter.problems import StillFails, changed_meanwhile, unknown
from shared.messaging.dead_letter.replay import DeadLetters, Handled
from shared.messaging.dead_letter.store import Wanted, find, search, topics, value_of

__all__ = [
    "MAX_ID",
    "DeadLetters",
    "Handled",
    "Letter",
    "OpenedList",
    "Outcome",
    "State",
    "StillFails",
    "Wanted",
    "changed_meanwhile",
    "find",
    "search",
    "topics",
    "unknown",
    "value_of",
]
