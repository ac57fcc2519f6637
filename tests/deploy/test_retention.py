"""How long Kafka keeps a record and how long a service remembers having applied it belong together."""

import re
from datetime import timedelta
from pathlib import Path

from shared.messaging.retention import INBOX_DAYS
from tiendo_local.topics import SETTINGS

ROOT = Path(__file__).resolve().parents[2]
RESTORED = timedelta(days=7)  # how old a broker's backup may be that somebody restores


def test_the_inbox_remembers_whatever_kafka_may_still_deliver() -> None:
    script = (ROOT / "deploy/kafka/create-topics.sh").read_text("utf-8")
    [kept_ms] = re.findall(r"retention\.ms=(\d+)", script)
    assert kept_ms == SETTINGS["retention.ms"]
    assert timedelta(milliseconds=int(kept_ms)) + RESTORED <= timedelta(days=INBOX_DAYS)
