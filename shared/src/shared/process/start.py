"""How the process of a service begins: it imports while the collector of cycles rests.

What is imported stays until the end; to look through it again and again meanwhile takes a sixth of a start.
"""

import gc
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.process.service import Service


def start(load: Callable[[], "Service"]) -> int:
    """Run the command line of the service that `load` imports. Returns the exit code, that of `service.main`."""
    gc.disable()
    service = load()
    from shared.process.service import main

    gc.enable()
    return main(service)
