"""What stands between Kafka and the batch consumer: handing partitions over only when the batch in hand is done, and
pacing the batches that failed.

aiokafka keeps heartbeating while `on_partitions_revoked` is awaited, so the old owner commits its batch to the database
and its offsets to Kafka before the new owner reads them: nothing is applied twice, not even attempted twice.
"""

LONGEST_PAUSE_SECONDS = 30.0


class RetryAfter(Exception):
    """Nothing is wrong with the infrastructure, but the batch is to be tried again no sooner than in `seconds`."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds
