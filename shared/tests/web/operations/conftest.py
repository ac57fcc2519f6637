"""The small service of the dead letters' tests, as it tells of its operation."""

from ..dead_letters.conftest import Office, office

__all__ = ["Office", "office"]
