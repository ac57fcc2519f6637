"""The worker: only the relay. This service consumes nothing, and forgets idempotency keys after a week."""

from shared.database.idempotency import forgetting
from shared.messaging import ServiceWorker
from shared.runtime import Runtime
from submissions.settings import SubmissionsSettings


def create_worker(settings: SubmissionsSettings) -> ServiceWorker:
    """Raises CatalogueError."""
    runtime = Runtime(settings, pool_size=3)
    return ServiceWorker(settings, runtime.engine, loops=[forgetting(runtime.engine)])
