"""Where each event belongs."""

import sys

from shared.events import EventData


def test_every_event_type_has_a_topic() -> None:
    modules = [module for name, module in sys.modules.items() if name.startswith("shared.events.")]
    ours = {one for module in modules for one in vars(module).values() if is_event_of(one, module.__name__)}
    leaves = [one for one in ours if not any(other is not one and issubclass(other, one) for other in ours)]
    assert len(leaves) > 10 and all(hasattr(leaf, "type") and hasattr(leaf, "topic") for leaf in leaves)


def is_event_of(one: object, module: str) -> bool:
    return isinstance(one, type) and issubclass(one, EventData) and one.__module__ == module
