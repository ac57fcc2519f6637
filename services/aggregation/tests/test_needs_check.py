"""A value that rests on a figure in doubt: what is computed, published and shown until a coordinator has looked."""

import html
import re
from decimal import Decimal
from typing import Any

import httpx
import pytest

from aggregation.settings import AggregationSettings
from services.aggregation.tests.drivers.answers import commune_answer
from services.aggregation.tests.drivers.event_writer import EventWriter
from services.aggregation.tests.drivers.projection import Projection
from services.aggregation.tests.drivers.readers import reading_as
from shared.catalogue import Catalogue
from shared.text import Language
from shared.text.names import name_of

PERIOD = "2025"
SLIP = {"n_live_births_male": 120_000_000, "n_live_births_female": 20, "population": 98_000_000}
MARKED = ("n_live_births_male", "population")


async def history(projection: Projection, catalogue: Catalogue) -> EventWriter:
    """Every commune has reported; the last one with the slip, noted and hence marked."""
    writer = EventWriter(catalogue)
    await projection.deliver(writer.open_period(PERIOD, ["B01-XA"]))
    *right, last = writer.obligations
    await projection.deliver([writer.submit(o, commune_answer()) for o in right])
    await projection.deliver([writer.submit(last, commune_answer(**SLIP), implausible=MARKED)])
    return writer


async def published(projection: Projection, measure: str) -> dict[str, Any]:
    events = [e["data"] for e in await projection.published() if e["data"].get("measure") == measure]
    return dict(events[-1]["values"])


async def test_a_value_needs_checking_until_the_report_is_accepted(
    projection: Projection, catalogue: Catalogue
) -> None:
    writer = await history(projection, catalogue)
    for measure in ("4.1", "6.1"):
        received, accepted = [await projection.value(measure, PERIOD, basis) for basis in ("received", "accepted")]
        assert (received.needs_check, received.assessment) == (True, "not_assessed")
        assert received.reported == received.expected, "complete, and still not judged"
        assert not accepted.needs_check
        said = await published(projection, measure)
        assert (said["received"]["needs_check"], said["accepted"]["needs_check"]) == (True, False)
    assert not (await projection.value("4.3", PERIOD)).needs_check, "rests on other figures"
    await projection.deliver([writer.decide(writer.obligations[-1], "accepted")])
    for measure in ("4.1", "6.1"):
        for basis in ("received", "accepted"):
            assert not (await projection.value(measure, PERIOD, basis)).needs_check
        assert not (await published(projection, measure))["received"]["needs_check"]
    judged = await projection.value("4.1", PERIOD)
    assert judged.assessment == "not_met" and judged.value > Decimal(1_000_000)


async def test_a_correction_or_a_return_clears_it_too(projection: Projection, catalogue: Catalogue) -> None:
    writer = await history(projection, catalogue)
    last = writer.obligations[-1]
    await projection.deliver([writer.submit(last, commune_answer())])
    corrected = await projection.value("4.1", PERIOD)
    assert (corrected.needs_check, corrected.value) == (False, Decimal(120))
    await projection.deliver([writer.submit(last, commune_answer(**SLIP), implausible=MARKED)])
    assert (await projection.value("4.1", PERIOD)).needs_check
    await projection.deliver([writer.decide(last, "returned")])
    returned = await projection.value("4.1", PERIOD)
    assert not returned.needs_check and returned.reported == returned.expected - 1


async def test_an_acceptance_that_arrives_first_leaves_no_doubt(projection: Projection, catalogue: Catalogue) -> None:
    writer = EventWriter(catalogue)
    await projection.deliver(writer.open_period(PERIOD, ["B01-XA"]))
    o = writer.obligations[0]
    sent = writer.submit(o, commune_answer(**SLIP), implausible=MARKED)
    await projection.deliver([writer.decide(o, "accepted")])
    await projection.deliver([sent])
    assert not (await projection.value("4.1", PERIOD)).needs_check


async def test_quarterly_counts_in_doubt_mark_the_year(projection: Projection, catalogue: Catalogue) -> None:
    writer = EventWriter(catalogue)
    quarters = [f"2026-Q{n}" for n in range(1, 5)]
    for quarter in quarters:
        await projection.deliver(writer.open_period(quarter, ["B02-XA-Q"]))
    unit = writer.obligations[0].unit
    for quarter in quarters:
        o = writer.find("B02-XA-Q", unit, quarter)
        doubted = ["n_items_in_quarter"] if quarter == "2026-Q2" else []
        await projection.deliver([writer.submit(o, {"n_items_in_quarter": 5000}, implausible=doubted)])
    for period, doubted_there in (("2026", True), ("2026-Q2", True), ("2026-Q1", False)):
        assert (await projection.value("6.3", period, unit=unit)).needs_check is doubted_there, period


async def test_what_the_leader_sees(
    projection: Projection, catalogue: Catalogue, web: httpx.AsyncClient, settings: AggregationSettings
) -> None:
    writer = await history(projection, catalogue)
    last = writer.obligations[-1]
    unit = catalogue.units[last.unit]
    receipt = f"/submissions/{last.ids[-1]}"
    for path in (f"/indicators?period={PERIOD}", f"/indicators/4.1?period={PERIOD}"):
        page = (await web.get(path)).text
        assert 'badge-danger">Cần kiểm tra' in page
        assert re.search(r'class="big partial">' if "4.1" in path else r'class="partial">', page), "complete, yet pale"
        assert re.search(rf'{receipt}">{unit.name_vi}: Tổng số bé trai sinh ra sống</a>', page), path
    assert 'class="big partial">' in (await web.get(f"/indicators/4.1/explanation?period={PERIOD}")).text
    explained = (await web.get(f"/api/v1/indicators/4.1/explanation?period={PERIOD}")).json()["items"][0]
    assert explained["indicator"]["needs_check"] is True
    marked = [(c["unit"], c["element"]) for c in explained["contributions"] if c["implausible"]]
    assert marked == [(last.unit, "n_live_births_male")]
    assert {c["element"]: c["implausible"] for c in explained["cells"]} == {
        "n_live_births_male": 1, "n_live_births_female": 0,
    }  # fmt: skip
    other = reading_as(settings, "reporter", writer.obligations[0].unit)
    page = (await web.get(f"/indicators/4.1?period={PERIOD}", headers=other)).text
    assert "Cần kiểm tra" in page and unit.name_vi in page and receipt not in page, "not theirs to open"
    await projection.deliver([writer.decide(last, "accepted")])
    assert "Cần kiểm tra" not in (await web.get(f"/indicators/4.1?period={PERIOD}")).text
    history_items = (await web.get(f"/api/v1/indicators/4.1/history?period={PERIOD}")).json()["items"]
    assert [item["needs_check"] for item in history_items[:2]] == [False, True]


def rows_of(text: str) -> dict[str, str]:
    """The head of a row → all rows under that head, of every table of a page."""
    rows: dict[str, str] = {}
    for head, cells in re.findall(r'<th scope="row"[^>]*>([^<]+).*?</th>(.*?)</tr>', text, re.DOTALL):
        rows[head] = rows.get(head, "") + cells
    return rows


@pytest.mark.parametrize(("lang", "badge"), [("vi", "Cần kiểm tra"), ("en", "Needs checking")])
async def test_every_row_that_rests_on_a_figure_in_doubt_says_so(
    projection: Projection, catalogue: Catalogue, web: httpx.AsyncClient, lang: Language, badge: str
) -> None:
    headers = {"Cookie": f"lang={lang}"}
    writer = await history(projection, catalogue)
    await projection.deliver(writer.open_period("2024", ["B01-XA"]))
    sound = [o for o in writer.obligations if o.period == "2024"]
    await projection.deliver([writer.submit(o, commune_answer()) for o in sound])
    last = next(o for o in reversed(writer.obligations) if o.period == PERIOD)

    async def marked(path: str) -> set[str]:
        page = html.unescape((await web.get(path, headers=headers)).text)
        return {head for head, cells in rows_of(page).items() if f'badge-danger">{badge}' in cells}

    unit = name_of(catalogue.units[last.unit], lang)
    boys = name_of(catalogue.elements["n_live_births_male"], lang)
    years = f"/indicators/4.1?period={PERIOD}"
    assert await marked(years) == {PERIOD, unit}, "the sound year and the other units are not marked"
    behind = f"/indicators/4.1/explanation?period={PERIOD}&limit=200"
    assert await marked(behind) == {boys, unit}
    text = (await web.get(behind, headers=headers)).text
    assert text.count(f'badge-danger">{badge}') == 3, "the value, its sum and the figure; the girls' figures are sound"
    stood = (await web.get(f"/indicators/4.1/history?period={PERIOD}", headers=headers)).text
    assert [badge in row for row in stood.split("<tbody>")[1].split("</tr>")][:2] == [True, False]
    await projection.deliver([writer.decide(last, "accepted")])
    assert not await marked(years) | await marked(behind)


async def test_no_blank_line_stands_between_the_notes_of_a_value(
    projection: Projection, catalogue: Catalogue, web: httpx.AsyncClient
) -> None:
    """Each note is a block of its own: a break after one would leave a line empty."""
    writer = await history(projection, catalogue)
    estimated = writer.submit(writer.obligations[0], commune_answer(), status="estimate")
    await projection.deliver([estimated])
    for path in ("/indicators", "/indicators/4.1", "/indicators/4.1/explanation", "/indicators/4.1/history"):
        page = html.unescape((await web.get(path, params={"period": PERIOD})).text)
        notes = re.findall(r'<span class="note[^>]*>(?:(?!<span class="note).)*', page, re.DOTALL)
        words = [word for word in ("Cần kiểm tra", "Có số ước thực hiện") if any(f">{word}<" in one for one in notes)]
        assert len(words) == 2, path
        assert not re.search(r'<br>\s*<span class="(badge|note)|<span class="note( hint)?">\s*</span>', page), path


@pytest.mark.parametrize(("lang", "doubt"), [("vi", "Cần kiểm tra"), ("en", "Needs checking")])
async def test_bar_and_chart_of_a_value_in_doubt_look_and_sound_unsure(
    projection: Projection,
    catalogue: Catalogue,
    web: httpx.AsyncClient,
    settings: AggregationSettings,
    lang: str,
    doubt: str,
) -> None:
    headers = {"Cookie": f"lang={lang}", **reading_as(settings, "coordinator")}
    writer = await history(projection, catalogue)

    async def bars() -> dict[str, str]:
        page = html.unescape((await web.get(f"/indicators?period={PERIOD}", headers=headers)).text)
        rows = (row for row in page.split("<tr>") if 'class="bar"' in row)
        return {match[1]: row for row in rows if (match := re.search(r">(\d\.\d[ab]?)\. ", row))}

    async def chart() -> tuple[str, str]:
        page = html.unescape((await web.get(f"/indicators/4.1?period={PERIOD}", headers=headers)).text)
        return re.findall(r"<desc>(.*?)</desc>", page)[0], re.findall(r"<figcaption>(.*?)</figcaption>", page)[0]

    before = await bars()
    for code, unsure in (("4.1", True), ("4.3", False)):
        assert ("#partial-hatch" in before[code], "bar-fill" in before[code]) == (unsure, not unsure), code
        assert bool(re.search(rf'aria-label="[^"]*{doubt}"', before[code])) == unsure, code
    description, caption = await chart()
    assert f"({doubt.lower()})" in description and doubt.lower() in caption.lower()
    await projection.deliver([writer.decide(writer.obligations[-1], "accepted")])
    assert "#partial-hatch" not in (await bars())["4.1"] and doubt.lower() not in (await chart())[0]


async def test_of_many_figures_in_doubt_the_largest_stand_first(
    projection: Projection, catalogue: Catalogue, web: httpx.AsyncClient
) -> None:
    writer = EventWriter(catalogue)
    await projection.deliver(writer.open_period(PERIOD, ["B01-XA"]))
    sent = [
        writer.submit(o, commune_answer(n_live_births_male=number), implausible=["n_live_births_male"])
        for number, o in enumerate(writer.obligations[:8], start=1)
    ]
    await projection.deliver(sent)
    page = (await web.get(f"/indicators/4.1?period={PERIOD}")).text
    told = re.findall(r'/submissions/[0-9a-f-]{36}">([^<:]+): ', page)
    assert told == [catalogue.units[o.unit].name_vi for o in reversed(writer.obligations[3:8])]
    assert "và 3 số khác" in page
