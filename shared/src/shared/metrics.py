"""Every metric of Tiến Độ, with a sentence each. Nothing else may define one."""

from prometheus_client import Counter, Gauge, Histogram

OUTBOX_PENDING = Gauge("tiendo_outbox_pending", "Outbox rows that Kafka has not acknowledged yet.", ["service"])
OUTBOX_OLDEST_AGE = Gauge(
    "tiendo_outbox_oldest_age_seconds", "Age of the oldest outbox row; the promise is below 60 s.", ["service"]
)
RELAY_SENT = Counter("tiendo_relay_sent_total", "Events sent to Kafka and acknowledged.", ["service", "topic"])
RELAY_FAILURES = Counter(
    "tiendo_relay_failures_total", "Batches that could not be sent and wait for a retry.", ["service"]
)
INBOX_APPLIED = Counter("tiendo_inbox_applied_total", "Events whose effect was committed.", ["service", "topic"])
INBOX_DUPLICATES = Counter("tiendo_inbox_duplicates_total", "Events seen before and left alone.", ["service", "topic"])
DEAD_LETTERS = Counter(
    "tiendo_dead_letters_total", "Records that could not be applied and were set aside.", ["service", "topic"]
)
DEAD_LETTERS_OPEN = Gauge(
    "tiendo_dead_letters_open", "Dead letters that nobody has replayed or discarded yet.", ["service"]
)
DATABASE_BEHIND = Gauge(
    "tiendo_database_behind",
    "Records or events that the database lacks though its service has read or sent them: a restored backup.",
    ["service"],
)
SUMS_SHUT = Gauge(
    "tiendo_sums_shut",
    "Measures and periods whose secret sum has changed and cannot be told beside one of unknown reports.",
    ["service"],
)
STRANGERS = Counter(
    "tiendo_strangers_total",
    "Records on a topic that no service of ours has signed, or not so: they took no effect.",
    ["service", "topic", "reason"],
)
BATCH_SECONDS = Histogram("tiendo_batch_seconds", "Time to apply one consumed batch, commit included.", ["service"])
EVENT_AGE = Histogram(
    "tiendo_event_age_seconds",
    "From the event's own time to its committed effect.",
    ["service", "topic"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 600, 3600),
)
CONSUMER_LAST_POLL = Gauge(
    "tiendo_consumer_last_poll_timestamp_seconds", "When the consumer last asked for records.", ["service"]
)
CONSUMER_STOPPED = Gauge(
    "tiendo_consumer_stopped", "1 while the consumer takes nothing because too much of it is poison.", ["service"]
)
SOURCE_GAPS = Gauge(
    "tiendo_source_open_gaps",
    "Open gaps in what a source has sent: events missing, two under one number, or not following the one before.",
    ["source", "kind"],
)
SOURCE_HEARTBEAT_AGE = Gauge(
    "tiendo_source_heartbeat_age_seconds",
    "Since the audit log last heard a source's heartbeat (one of its events, where it never sent a heartbeat).",
    ["source"],
)
HTTP_SECONDS = Histogram(
    "tiendo_http_request_seconds",
    "Seconds from the first byte of a request to the last byte of its answer, by route template.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
TOKENS_REJECTED = Counter(
    "tiendo_tokens_rejected_total", "Bearer tokens that were not taken, and why.", ["service", "reason"]
)
JWKS_FAILURES = Counter(
    "tiendo_jwks_failures_total", "Times that the keys of the identity provider could not be had.", ["service"]
)
