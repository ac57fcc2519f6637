"""How long what comes is gathered before the next batch begins: it then costs one transaction together.

A batch costs much the same whatever it holds. As long as few come, none waits longer than `least`. When they come
faster than one in `SECONDS_EACH`, each batch is larger than the last, up to `longest`, and the work left for each event
shrinks to a fraction: under load the whole chain takes in more, at the price of that delay.
"""

SECONDS_EACH = 0.005


def gather_seconds(taken: int, *, least: float, longest: float) -> float:
    """From the beginning of a batch of `taken` events to that of the next."""
    return max(least, min(taken * SECONDS_EACH, longest))
