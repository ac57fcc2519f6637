"""What is shown of figures is decided by a value of the same moment."""

from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from aggregation.settings import AggregationSettings
from aggregation.store import read
from services.aggregation.tests.drivers.event_writer import EventWriter
from services.aggregation.tests.drivers.projection import Projection
from services.aggregation.tests.drivers.readers import reading_as
from services.aggregation.tests.test_small_counts import NUMBERS
from shared.catalogue import Catalogue


@pytest.mark.parametrize("path", ["/api/v1/indicators/3.3/explanation", "/indicators/3.3/explanation"])
async def test_a_small_count_that_comes_in_between_is_not_shown_by_what_was_decided_of_a_large_one(
    path: str,
    projection: Projection,
    catalogue: Catalogue,
    web: httpx.AsyncClient,
    settings: AggregationSettings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """3.3: what one department reports. The figures are read, a batch is committed, then the value is read."""
    writer = EventWriter(catalogue)
    await projection.deliver(writer.open_period("2026"))
    owner = next(o for o in writer.obligations if "n_trafficking_victims_needing" in catalogue.forms[o.form].elements)

    async def report(count: int) -> None:
        answer = {"n_trafficking_victims_needing": count, "n_trafficking_victims_supported": count}
        await projection.deliver([writer.submit(owner, answer)])

    await report(3)
    contributions = read.contributions

    async def meanwhile(*args: Any, **given: Any) -> Sequence[read.Contribution]:
        rows = await contributions(*args, **given)
        await report(40)
        return rows

    monkeypatch.setattr(read, "contributions", meanwhile)
    headers = reading_as(settings, "reporter", "SO_TU_PHAP")
    answer = await web.get(path, params={"period": "2026"}, headers=headers)
    assert answer.status_code == 200
    if path.startswith("/api"):
        (explained,) = answer.json()["items"]
        assert explained["indicator"]["suppressed"] and [explained["indicator"][name] for name in NUMBERS] == [None] * 3
        assert {one["value"] for one in (*explained["contributions"], *explained["cells"])} == {None}
    else:
        assert "Không hiện" in answer.text and ">3<" not in answer.text
