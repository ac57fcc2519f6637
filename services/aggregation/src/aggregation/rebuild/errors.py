"""Why a rebuild ended without a result, or without the exchange of tables that ops asked for."""


class CouldNotCompare(Exception):
    """Live and rebuilt could not be brought to the same events, or not within the time allowed. Nothing was changed."""


class CouldNotSwap(Exception):
    """The two were compared; the live tables stand as they stood."""
