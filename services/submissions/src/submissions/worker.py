"""The worker: only the relay. This service consumes nothing, and forgets idempotency keys after a week."""

from shared.database.engine import create_engine
from shared.database.idempotency import forgetting
from shared.messaging import ServiceWorker
from submissions.settings import Settings


def create_worker(settings: Settings) -> ServiceWorker:
    engine = create_engine(settings, pool_size=3)
    return ServiceWorker(settings, engine, loops=[forgetting(engine)])
