"""How long a consumer rests after a batch that failed."""

LONGEST_PAUSE_SECONDS = 30.0


class RetryAfter(Exception):
    """Nothing is wrong with the infrastructure, but the batch is to be tried again no sooner than in `seconds`."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds
