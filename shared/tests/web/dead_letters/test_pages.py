"""Pages of dead letters: nothing of a payload is markup, the acts are plain forms, forged ones are refused."""

import json
import re
from functools import partial

import pytest

from shared.access import Person
from shared.disclosure import DisclosurePolicy
from shared.messaging.consumer.dead_letter_row import letter, quarantine
from shared.messaging.signing.stranger import REASONS, Reason, told
from shared.web.dead_letters.payload import payload as payload_of

from ...messaging.conftest import an_event
from .conftest import Office, catalogue

HOME = "/dead-letters"
HTML = "text/html"


async def test_the_work_list_shows_what_is_open(office: Office) -> None:
    ids = await office.set_aside(an_event().to_bytes(), b"<script>alert(1)</script>")
    await office.post(f"/api/v1/dead-letters/{ids[1]}/discard", {"reason": "not one of ours"})
    page = await office.get(HOME, accept=HTML)
    assert page.status_code == 200
    assert f'href="/dead-letters/{ids[0]}"' in page.text
    assert f'href="/dead-letters/{ids[1]}"' not in page.text
    assert "no form &lt;b&gt;B99&lt;/b&gt;" in page.text
    assert "Chờ xử lý" in page.text
    assert 'action="/dead-letters/replay"' in page.text
    all_of_them = await office.get(HOME, accept=HTML, state="", topic="deadlines.v1", reason="JSON")
    assert f'href="/dead-letters/{ids[1]}"' in all_of_them.text
    assert f'href="/dead-letters/{ids[0]}"' not in all_of_them.text
    assert "Không có bản ghi nào như vậy" in (await office.get(HOME, accept=HTML, state="replayed")).text


async def test_an_auditor_sees_no_button(office: Office) -> None:
    [id_] = await office.set_aside(an_event().to_bytes())
    for path in (HOME, f"{HOME}/{id_}"):
        page = await office.get(path, "auditor", accept=HTML)
        assert page.status_code == 200
        assert 'action="/dead-letters/' not in page.text
        assert "local:ops" not in page.text


async def test_the_footer_leads_ops_to_all_three(office: Office) -> None:
    page = await office.get(HOME, accept=HTML)
    for address in ("http://127.0.0.1:8002/dead-letters", "http://127.0.0.1:8003/dead-letters", "/dead-letters"):
        assert f'href="{address}"' in page.text
    assert "Vận hành" in page.text
    other = await office.get("/nothing", "reporter", accept=HTML)
    assert "Vận hành ·" not in other.text


async def test_one_letter_is_shown_escaped_pretty_and_exact(office: Office) -> None:
    value = json.dumps(
        {"type": "vn.tiendo.x.v1", "source": "/x", "data": {"s": "<img src=x>\u0000", "illustrative": True}}
    )
    [id_] = await office.set_aside(value.encode())
    assert "img src" not in (await office.get(f"{HOME}/{id_}", accept=HTML)).text, "ops read no words of an event"
    page = await office.get(f"{HOME}/{id_}", "auditor", accept=HTML)
    assert "<img src=x>" not in page.text
    assert "&lt;img src=x&gt;\\u0000" in page.text
    assert "deadlines.v1/0@0" in page.text
    assert "\ufffdx" in page.text
    assert "Dữ liệu minh họa" in page.text
    assert "\0" not in page.text


async def test_replay_and_discard_by_forms(office: Office) -> None:
    event = an_event()
    first, second = await office.set_aside(event.to_bytes(), b"{")
    failed = await office.send(f"{HOME}/{first}/replay")
    assert failed.status_code == 422
    assert "vẫn chưa áp dụng được" in failed.text
    office.fault = None
    done = await office.send(f"{HOME}/{first}/replay")
    assert (done.status_code, done.headers["location"]) == (303, f"{HOME}/{first}")
    assert office.applied == [event.id]
    page = await office.get(f"{HOME}/{first}", accept=HTML)
    assert "Đã phát lại" in page.text
    assert f'action="{HOME}/{first}/replay"' not in page.text
    short = await office.send(f"{HOME}/{second}/discard", reason="  ab ")
    assert short.status_code == 422
    assert 'id="reason-error"' in short.text
    assert "  ab </textarea>" in short.text
    done = await office.send(f"{HOME}/{second}/discard", reason="not an event of ours")
    assert done.status_code == 303
    page = await office.get(f"{HOME}/{second}", accept=HTML)
    assert "not an event of ours" in page.text
    assert f'action="{HOME}/{second}/replay"' in page.text
    assert f'action="{HOME}/{second}/discard"' not in page.text


async def test_a_forged_form_is_refused(office: Office) -> None:
    [id_] = await office.set_aside(an_event().to_bytes())
    office.fault = None
    headers = {"Cookie": f"tiendo_token={office.token('ops')}", "Origin": "http://evil.test"}
    answer = await office.client.post(f"{HOME}/{id_}/replay", headers=headers)
    assert (answer.status_code, office.applied) == (403, [])


@pytest.mark.parametrize("reason", REASONS)
async def test_a_strangers_letter_says_so(office: Office, reason: Reason) -> None:
    async with office.engine.begin() as tx:
        await quarantine(tx, [letter("deadlines.v1", 0, 1, 0, reason=told(reason), value=b"junk")])
        await quarantine(tx, [letter("deadlines.v1", 0, 2, 0, reason="ValueError('stranger: unsigned: no')")])
    page = await office.get(f"{HOME}/1", accept=HTML)
    assert "Người lạ" in page.text and reason in page.text and "web.letters" not in page.text
    assert "Người lạ" not in (await office.get(f"{HOME}/2", accept=HTML)).text, "what a rule says is no reason of ours"


def test_payloads_of_any_kind_can_be_shown() -> None:
    policy, auditor = DisclosurePolicy(catalogue()), Person("auditor", "SO_NOI_VU", "x")
    payload = partial(payload_of, policy=policy, person=auditor)
    assert payload(None).exact is None
    assert payload(b"\xff\x00").exact == "\ufffd␀"
    deep = payload(b"[" * 500 + b"]" * 500)
    assert deep.pretty is not None
    assert len(deep.pretty) <= 64 * 1024
    assert payload(b"[" * 60_000).pretty is None
    assert payload(b'"\\ud800"').pretty == '"?"'
    long = payload(b'"' + b"x" * 70_000 + b'"')
    assert (long.cut, long.pretty) == (True, None)


def version_on(page: str) -> str:
    [version, *_] = re.findall(r'name="version" value="([^"]+)"', page)
    return str(version)


async def act_of_another(office: Office, id_: int, act: str) -> None:
    """Somebody else of ops, with another subject."""
    headers = {"Authorization": f"Bearer {office.issuer.token('ops', 'DAK_NONG')}"}
    body = {"reason": "not one of ours"} if act == "discard" else None
    await office.client.post(f"/api/v1/dead-letters/{id_}/{act}", json=body, headers=headers)


@pytest.mark.parametrize("mine", ["replay", "discard"])
@pytest.mark.parametrize(
    ("theirs", "mended", "told"),
    [
        ("replay", True, "đã được phát lại lúc"),
        ("replay", False, "đã được thử phát lại 1 lần"),
        ("discard", False, "đã được bỏ qua lúc"),
    ],
)
async def test_the_second_operator_is_told_and_loses_nothing(
    office: Office, mine: str, theirs: str, mended: bool, told: str
) -> None:
    [id_] = await office.set_aside(an_event().to_bytes())
    version = version_on((await office.get(f"{HOME}/{id_}", accept=HTML)).text)
    office.fault = None if mended else office.fault
    await act_of_another(office, id_, theirs)
    before = (await office.get(f"/api/v1/dead-letters/{id_}")).json()
    reason = {"reason": "Của người thứ hai"} if mine == "discard" else {}
    late = await office.send(f"{HOME}/{id_}/{mine}", version=version, **reason)
    assert late.status_code == 412
    assert "Đã có người xử lý bản ghi này" in late.text and told in late.text
    assert mine == "replay" or "Của người thứ hai" in late.text
    assert (await office.get(f"/api/v1/dead-letters/{id_}")).json() == before, "nothing was done"
    assert len(office.applied) == (1 if mended else 0)


async def test_a_double_click_gets_the_first_answer(office: Office) -> None:
    ids = await office.set_aside(an_event().to_bytes(), an_event().to_bytes())
    office.fault = None
    for id_, act, form in ((ids[0], "replay", {}), (ids[1], "discard", {"reason": "not one of ours"})):
        version = version_on((await office.get(f"{HOME}/{id_}", accept=HTML)).text)
        for _ in range(2):
            answer = await office.send(f"{HOME}/{id_}/{act}", version=version, **form)
            assert (answer.status_code, answer.headers["location"]) == (303, f"{HOME}/{id_}")
    assert len(office.applied) == 1


async def test_a_reason_of_one_s_own_that_differs_is_not_lost_in_silence(office: Office) -> None:
    [id_] = await office.set_aside(an_event().to_bytes())
    version = version_on((await office.get(f"{HOME}/{id_}", accept=HTML)).text)
    assert (await office.send(f"{HOME}/{id_}/discard", version=version, reason="not one of ours")).status_code == 303
    other = await office.send(f"{HOME}/{id_}/discard", version=version, reason="a better reason")
    assert other.status_code == 412 and "a better reason" in other.text and "not one of ours" in other.text
    now = version_on(other.text)
    office.fault = None
    assert (await office.send(f"{HOME}/{id_}/replay", version=now)).status_code == 303


async def test_the_api_says_which_version_was_seen(office: Office) -> None:
    [id_] = await office.set_aside(an_event().to_bytes())
    tag = (await office.get(f"/api/v1/dead-letters/{id_}")).headers["etag"]
    await act_of_another(office, id_, "discard")
    headers = {"Authorization": f"Bearer {office.token('ops')}", "If-Match": tag}
    late = await office.client.post(f"/api/v1/dead-letters/{id_}/replay", headers=headers)
    assert (late.status_code, late.json()["code"]) == (412, "letter-changed")
    office.fault = None
    headers["If-Match"] = f"{tag}, {(await office.get(f'/api/v1/dead-letters/{id_}')).headers['etag']}"
    assert (await office.client.post(f"/api/v1/dead-letters/{id_}/replay", headers=headers)).status_code == 200


async def test_a_reason_that_looks_like_personal_data_is_looked_at_again(office: Office) -> None:
    [id_] = await office.set_aside(an_event().to_bytes())
    said = "gọi lại 0912 345 678"
    asked = await office.send(f"{HOME}/{id_}/discard", reason=said)
    assert asked.status_code == 422 and "giống số điện thoại" in asked.text and said in asked.text
    assert 'name="confirmed" value="personal_data"' in asked.text
    refused = await office.post(f"/api/v1/dead-letters/{id_}/discard", {"reason": said})
    assert [(one["code"], one["pointer"]) for one in refused.json()["errors"]] == [("personal_data", "/reason")]
    unknown = await office.post(f"/api/v1/dead-letters/{id_}/discard", {"reason": said, "confirmed": ["x"]})
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/confirmed/0")
    assert (await office.get(f"/api/v1/dead-letters/{id_}")).json()["state"] == "open"
    done = await office.send(f"{HOME}/{id_}/discard", reason=said, confirmed="personal_data")
    assert done.status_code == 303


RESUMED = {"kept-resumed": "1"}


@pytest.mark.parametrize(("act", "form"), [("replay", {}), ("discard", {"reason": "của người cũ"})])
async def test_an_act_that_comes_back_through_the_sign_in_is_shown_first(
    office: Office, act: str, form: dict[str, str]
) -> None:
    [id_] = await office.set_aside(an_event().to_bytes())
    office.fault = None
    version = {"version": version_on((await office.get(f"{HOME}/{id_}", accept=HTML)).text)}
    shown = await office.send(f"{HOME}/{id_}/{act}", **form, **version, **RESUMED)
    assert shown.status_code == 200 and "xem lại rồi gửi" in shown.text
    assert act == "replay" or ("của người cũ</textarea>" in shown.text and 'href="#reason"' in shown.text)
    listed = version_on((await office.get(HOME, accept=HTML)).text)
    again = await office.send(f"{HOME}/replay", state="open", version=listed, **RESUMED)
    assert again.status_code == 200 and f'href="{HOME}/{id_}"' in again.text
    assert (await office.get(f"/api/v1/dead-letters/{id_}")).json()["state"] == "open" and office.applied == []


@pytest.mark.parametrize(("act", "form"), [("replay", {}), ("discard", {"reason": "của người cũ"})])
async def test_one_that_comes_back_late_is_told_what_others_did_and_loses_nothing(
    office: Office, act: str, form: dict[str, str]
) -> None:
    [id_] = await office.set_aside(an_event().to_bytes())
    version = version_on((await office.get(f"{HOME}/{id_}", accept=HTML)).text)
    await act_of_another(office, id_, "discard")
    late = await office.send(f"{HOME}/{id_}/{act}", version=version, **form, **RESUMED)
    assert late.status_code == 412 and "Đã có người xử lý bản ghi này" in late.text
    assert act == "replay" or "của người cũ" in late.text


async def test_a_tick_stays_when_a_reason_is_shown_again(office: Office) -> None:
    [id_] = await office.set_aside(an_event().to_bytes())
    sent = {"reason": "gọi lại 0912 345 678", "confirmed": "personal_data"}
    for form in (sent | RESUMED, sent | {"reason": "x"}):
        shown = await office.send(f"{HOME}/{id_}/discard", **form)
        assert re.search(r'name="confirmed" value="personal_data" checked', shown.text)
