"""What every process of a service starts from: its database, its clock and the plan's catalogue."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.calendar import Holidays
from shared.catalogue import Catalogue, load
from shared.clock import Clock
from shared.database.engine import create_engine
from shared.settings import ServiceSettings


class Runtime:
    """Made once in `create_app` or `create_worker` and handed on: no module holds an engine or a clock."""

    def __init__(
        self,
        settings: ServiceSettings,
        *,
        clock: Clock | None = None,
        catalogue: Catalogue | None = None,
        pool_size: int = 8,
    ) -> None:
        """Raises CatalogueError. Tests give a clock that stands, and a catalogue that is loaded already."""
        self.settings = settings
        self.catalogue = catalogue or load(settings.catalogue_path)
        self.clock = clock or Clock(timedelta(seconds=settings.clock_offset_seconds))
        self.engine: AsyncEngine = create_engine(settings, pool_size=pool_size)

    @property
    def holidays(self) -> Holidays:
        return self.catalogue.calendar.holidays()
