"""How long Kafka keeps a record and how long a service remembers having applied it belong together."""

import re
from datetime import timedelta
from pathlib import Path

from shared.messaging.retention import INBOX_DAYS
from tiendo_local.servers.topics import SETTINGS

ROOT = Path(__file__).resolve().parents[2]
MARGIN = timedelta(days=5)  # for a broker's backup that somebody restores, and for clocks


def test_the_inbox_remembers_whatever_kafka_may_still_deliver() -> None:
    script = (ROOT / "deploy/kafka/create-topics.sh").read_text("utf-8")
    [kept_ms] = re.findall(r"retention\.ms=(\d+)", script)
    [segment_ms] = re.findall(r"segment\.ms=(\d+)", script)
    assert (kept_ms, segment_ms) == (SETTINGS["retention.ms"], SETTINGS["segment.ms"])
    longest = timedelta(milliseconds=int(kept_ms) + int(segment_ms))  # retention counts from a segment's newest record
    assert longest + MARGIN <= timedelta(days=INBOX_DAYS)
