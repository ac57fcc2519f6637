"""Kafka topics. A change that is not additive gets a new topic `.v2` beside the old one."""

SUBMISSIONS = "submissions.v1"
INDICATORS = "indicators.v1"
DEADLINES = "deadlines.v1"
NOTIFICATIONS = "notifications.v1"
INSPECTIONS = "inspections.v1"
# What operating the system says of itself: heartbeats, dead letters handled, projections rebuilt.
OPERATIONS = "operations.v1"

ALL_TOPICS = (SUBMISSIONS, INDICATORS, DEADLINES, NOTIFICATIONS, INSPECTIONS, OPERATIONS)
PARTITIONS = 12
# Beside operations.v1, where all of them speak.
PUBLISHED_BY = {
    "submissions": (SUBMISSIONS,),
    "aggregation": (INDICATORS,),
    "notifications": (DEADLINES, NOTIFICATIONS),
    "audit": (INSPECTIONS,),
}

ALL_SOURCES = ("/submissions", "/aggregation", "/notifications", "/audit")
"""The services, as `source` of their events."""
CONSUMING_SOURCES = ALL_SOURCES[1:]


def publishes(source: str, topic: str) -> bool:
    """Whether events of the source are sent on the topic."""
    return topic in (*PUBLISHED_BY.get(source.removeprefix("/"), ()), OPERATIONS)
