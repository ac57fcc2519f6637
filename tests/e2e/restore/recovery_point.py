"""What a restored database lacks of what was acknowledged after its backup, and what of it came back."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.e2e.restore.system_databases import SystemDatabases

COUNTED: Mapping[str, Mapping[str, str]] = {
    "submissions": {
        "reports": "select count(*) from submission",
        "decisions": "select count(*) from review",
        "reasons of corrections": "select count(*) from submission where reason is not null",
    },
    "aggregation": {"events in the figures": "select count(*) from inbox"},
    "notifications": {
        "events in the plan of reminders": "select count(*) from inbox",
        "addresses that people changed": "select count(*) from contact_change",
    },
    "audit": {
        "events of reports in the log": "select count(*) from entry where source = '/submissions'",
        "events of inspections in the log": "select count(*) from entry where type like '%.inspection.%'",
        "inspections": "select count(*) from inspection",
        "findings": "select count(*) from finding",
    },
}
Counts = Mapping[str, int]


def count(databases: SystemDatabases, service: str) -> Counts:
    return {what: int(databases.rows(service, query)[0][0]) for what, query in COUNTED[service].items()}


@dataclass(frozen=True)
class RecoveryPoint:
    """Of one service: how much it had before it was restored, how much the backup has, and how much it has now."""

    before: Counts
    backup: Counts
    healed: Counts

    @property
    def lost(self) -> set[str]:
        return {what for what, count in self.before.items() if self.healed[what] != count}

    def __str__(self) -> str:
        return "; ".join(
            f"{what}: {count - self.backup[what]} after the backup, {count - self.healed[what]} lost"
            for what, count in self.before.items()
        )
