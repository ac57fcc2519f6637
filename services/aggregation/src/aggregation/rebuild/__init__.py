"""Computing the state anew beside the live one, comparing the two, and putting the new one in its place.

The door is `replay`, the command of `python -m aggregation`.
"""

from aggregation.rebuild.command import replay

__all__ = ["replay"]
