"""The page of dead letters that replays all it lists: over the list as it was opened, and each letter told."""

import re

import httpx
import pytest

from ...messaging.conftest import an_event
from .conftest import Office
from .test_pages import HOME, HTML, RESUMED, act_of_another, version_on


async def run(office: Office, state: str = "open", **form: str) -> httpx.Response:
    """Open the list, and replay all of it."""
    version = version_on((await office.get(HOME, accept=HTML, state=state)).text)
    return await office.send(f"{HOME}/replay", state=state, version=version, **form)


async def test_replaying_what_is_filtered_tells_what_became_of_each(office: Office) -> None:
    events = [an_event() for _ in range(3)]
    ids = await office.set_aside(*(e.to_bytes() for e in events), b"{")
    office.fault = None
    page = await run(office, topic="deadlines.v1", reason="")
    assert page.status_code == 200
    assert "Đã áp dụng: 3. Trùng, không áp dụng thêm: 0. Vẫn không áp dụng được: 1." in page.text
    assert f'href="/dead-letters/{ids[3]}"' in page.text
    assert office.applied == [e.id for e in events]


@pytest.mark.parametrize("form", [{}, {"state": ""}, {"state": "opne"}, {"state": "replayed"}])
async def test_without_a_state_nothing_is_replayed(office: Office, form: dict[str, str]) -> None:
    kept, discarded = await office.set_aside(*(an_event().to_bytes() for _ in range(2)))
    await office.post(f"/api/v1/dead-letters/{discarded}/discard", {"reason": "not one of ours"})
    office.fault = None
    answer = await office.send(f"{HOME}/replay", **form)
    assert (answer.status_code, office.applied) == (422, [])
    for id_ in (kept, discarded):
        assert (await office.get(f"/api/v1/dead-letters/{id_}")).json()["attempts"] == 0


async def test_a_long_run_goes_on_where_it_ended(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.web.dead_letters.pages.AT_ONCE", 2)
    ids = await office.set_aside(*(an_event().to_bytes() for _ in range(3)))
    opened = version_on((await office.get(HOME, accept=HTML)).text)
    first = await office.send(f"{HOME}/replay", state="open", version=opened)
    assert "Vẫn không áp dụng được: 2." in first.text
    assert "Phát lại tiếp" in first.text
    form = re.split("<form", first.text.split("Phát lại tiếp")[0])[-1]
    cursor, version = (re.findall(rf'name="{name}" value="(.+?)"', form)[0] for name in ("cursor", "version"))
    assert version == opened, "it goes on with the list that was opened"
    office.fault = None
    resumed = await office.send(f"{HOME}/replay", state="open", cursor=cursor, version=version, **RESUMED)
    assert f'value="{cursor}"' in resumed.text and f'value="{version}"' in resumed.text and office.applied == []
    rest = await office.send(f"{HOME}/replay", state="open", cursor=cursor, version=version)
    assert "Đã áp dụng: 1." in rest.text
    assert "Phát lại tiếp" not in rest.text
    assert f'href="/dead-letters/{ids[0]}"' in rest.text


async def test_a_run_pressed_twice_tells_the_same(office: Office) -> None:
    await office.set_aside(*(an_event().to_bytes() for _ in range(2)))
    version = version_on((await office.get(HOME, accept=HTML)).text)
    office.fault = None
    for _ in range(2):
        page = await office.send(f"{HOME}/replay", state="open", version=version)
        assert "Đã áp dụng: 2. Trùng, không áp dụng thêm: 0." in page.text
    assert len(office.applied) == 2


@pytest.mark.parametrize("act", ["discard", "replay"])
async def test_a_run_leaves_what_others_decided_meanwhile_and_says_so(office: Office, act: str) -> None:
    _, theirs = await office.set_aside(*(an_event().to_bytes() for _ in range(2)))
    version = version_on((await office.get(HOME, accept=HTML)).text)
    office.fault = None
    await act_of_another(office, theirs, act)
    page = await office.send(f"{HOME}/replay", state="open", version=version)
    assert "Đã áp dụng: 1." in page.text and "Vẫn không áp dụng được: 0. Để nguyên, chưa thử: 1." in page.text
    assert "đã có người xử lý từ khi mở trang" in page.text
    told = (await office.get(f"/api/v1/dead-letters/{theirs}")).json()
    assert told["state"] == f"{act}ed" and len(office.applied) == 1 + (act == "replay")


@pytest.mark.parametrize("version", ["", "x", "1", "1 x", "1 9999-12-31T23:59:59-14:00"])
async def test_a_page_that_says_no_list_replays_nothing(office: Office, version: str) -> None:
    await office.set_aside(an_event().to_bytes())
    office.fault = None
    page = await office.send(f"{HOME}/replay", state="open", version=version)
    assert page.status_code == 412 and "chưa phát lại bản ghi nào" in page.text and office.applied == []
    assert (await office.send(f"{HOME}/replay", state="open", version=version_on(page.text))).status_code == 200
    assert len(office.applied) == 1


@pytest.mark.parametrize("number", ["9" * 40, "-" + "9" * 40])
async def test_a_number_of_any_length_is_no_error(office: Office, number: str) -> None:
    page = await office.send(f"{HOME}/replay", state="open", version=f"{number} 2026-11-29T00:00:00+00:00")
    assert page.status_code == 200
