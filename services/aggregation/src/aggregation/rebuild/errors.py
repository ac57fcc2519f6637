"""Why a rebuild ended without a result, or without the exchange of tables that ops asked for."""


class CouldNotCompare(Exception):
    """Live and rebuilt could not be brought to the same events, or not within the time allowed. Nothing was changed."""


class NotBelieved(CouldNotCompare):
    """The log holds what no service of ours has sent, or not so. `ids`: of the events to look at."""

    def __init__(self, fault: str, *ids: str) -> None:
        super().__init__(f"{fault}. Live stands as it stood")
        self.ids = ids


class CouldNotSwap(Exception):
    """The two were compared; the live tables stand as they stood."""
