"""The worker: only the relay. This service consumes nothing, and forgets idempotency keys after a week."""

from shared.database import create_engine
from shared.messaging import ServiceWorker
from shared.web.idempotency import forgetting
from submissions.settings import Settings


def create_worker(settings: Settings) -> ServiceWorker:
    engine = create_engine(settings, pool_size=3)
    return ServiceWorker(settings, engine, loops=[forgetting(engine)])
