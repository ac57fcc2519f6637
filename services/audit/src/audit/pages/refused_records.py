"""A record that services refused, told once however many of them refused it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from shared.web.operations.schemas import OpenLetter, ServiceOperations


@dataclass(frozen=True, slots=True)
class ServiceRefusal:
    """One service's dead letter of a record."""

    service: str
    letter: OpenLetter


@dataclass(frozen=True, slots=True)
class RefusedRecord:
    """`refusals` are in the order of the services; there is at least one."""

    refusals: tuple[ServiceRefusal, ...]

    @property
    def record(self) -> OpenLetter:
        """What all of them say alike: place, time, type and trace."""
        return self.refusals[0].letter

    @property
    def reasons(self) -> dict[str, list[ServiceRefusal]]:
        """Who refused it for which reason."""
        found: defaultdict[str, list[ServiceRefusal]] = defaultdict(list)
        for refusal in self.refusals:
            found[refusal.letter.reason].append(refusal)
        return dict(found)


def refused_records(reports: Iterable[ServiceOperations]) -> list[RefusedRecord]:
    """Newest first. One record is one place in Kafka at one time: a broker that keeps nothing begins at 0 again."""
    found: defaultdict[object, list[ServiceRefusal]] = defaultdict(list)
    for report in reports:
        for letter in report.dead_letters.newest:
            place = (letter.topic, letter.partition, letter.offset, letter.timestamp)
            found[place].append(ServiceRefusal(report.service, letter))
    records = [RefusedRecord(tuple(refusals)) for refusals in found.values()]
    return sorted(records, key=lambda one: max(refusal.letter.created_at for refusal in one.refusals), reverse=True)
