"""A few years of answers."""

from services.aggregation.tests.drivers.answers import commune_answer
from services.aggregation.tests.drivers.event_writer import EventWriter
from services.aggregation.tests.drivers.projection import Projection
from shared.catalogue import Catalogue

NEW = "24736@2025-07-01"


async def some_data(projection: Projection, catalogue: Catalogue, *, illustrative: bool = False) -> EventWriter:
    writer = EventWriter(catalogue)
    for period in ("2024", "2025"):
        await projection.deliver(writer.open_period(period))
    answers = [
        writer.submit(o, commune_answer(n_live_births_male=113), illustrative=illustrative)
        for o in writer.obligations
        if o.form == "B01-XA" and (o.period == "2024" or o.unit != NEW)
    ]
    await projection.deliver(answers)
    return writer
