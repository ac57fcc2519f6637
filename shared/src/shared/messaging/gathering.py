"""How long what comes is gathered before the next batch begins: it then costs one transaction together.

A batch costs much the same whatever it holds. While events come slower than one in `SECONDS_EACH`, none waits longer
than `least`. While they come faster, each batch is larger than the last, up to `longest`, and the work left for each
event shrinks to a fraction: under load the whole chain takes in more, at the price of that delay.
"""

import math

SECONDS_EACH = 0.005


class Gathering:
    """Of the batches of one loop. Times are of `time.monotonic`."""

    def __init__(self, *, least: float, longest: float) -> None:
        self._least = least
        self._longest = longest
        self._began = -math.inf

    def until(self, began: float, taken: int) -> float:
        """When the batch may begin that follows one of `taken` events, which began at `began`.

        Those came since the batch before it began: many after a quiet time, or after a hiccup, are no load.
        """
        came_in, self._began = began - self._began, began
        enough = taken * SECONDS_EACH
        return began + (max(self._least, min(enough, self._longest)) if came_in < enough else self._least)
