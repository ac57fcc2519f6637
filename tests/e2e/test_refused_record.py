"""One poison record and the page of operations, on the whole system. After test_records.py, which reads what is sent by
the services alone."""

import asyncio
import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator

import httpx
import pytest
from aiokafka import AIOKafkaProducer

from shared.events import SUBMISSIONS
from tests.e2e.journey import Urls
from tests.e2e.whole import Whole
from tiendo_local.issuer import Issuer

pytestmark = pytest.mark.timeout(400)  # it may be the first that waits for the system

TRACE = "0af7651916cd43dd8448eb211c80319c"
SECONDS = 30


@pytest.fixture(scope="module")
def page(system: Whole, urls: Urls) -> Iterator[httpx.Client]:
    token = Issuer(system.local / "issuer").token("ops", "DAK_NONG")
    headers = {"Authorization": f"Bearer {token}", "Accept": "text/html"}
    with httpx.Client(base_url=urls.audit, headers=headers, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def place(system: Whole) -> str:
    """Where a record stands that no service of ours has sent and none can read."""
    bootstrap = json.loads((system.local / "state.json").read_text("utf-8"))["bootstrap"]

    async def forge() -> str:
        header = ("traceparent", f"00-{TRACE}-b7ad6b7169203331-01".encode())
        async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
            sent = await producer.send_and_wait(SUBMISSIONS, b'{"type": "forged"}', key=b"forged", headers=[header])
        return f"{sent.topic}/{sent.partition}@{sent.offset}"

    return asyncio.run(forge())


def until(client: httpx.Client, path: str, holds: Callable[[str], object]) -> str:
    """The page, once it holds what is awaited."""
    deadline = time.monotonic() + SECONDS
    while True:
        answer = client.get(path)
        if answer.status_code == 200 and holds(answer.text):
            return answer.text
        assert time.monotonic() < deadline, (path, answer.status_code, answer.text)
        time.sleep(0.2)


def lines_of(text: str, place: str) -> list[str]:
    return [line for line in re.findall(r"<tr>.*?</tr>", text, re.DOTALL) if place in line]


def test_a_record_that_three_services_refuse_is_told_once(page: httpx.Client, place: str, urls: Urls) -> None:
    letters = [f"{urls.aggregation}/dead-letters/", f"{urls.notifications}/dead-letters/", 'href="/dead-letters/']
    text = until(page, "/operations", lambda text: all(one in text for one in (place, *letters)))
    (line,) = lines_of(text, place)
    found = [re.search(re.escape(letter) + r"\d+", line) for letter in letters]
    assert all(found), line
    for match, service in zip(found, (urls.aggregation, urls.notifications, urls.audit), strict=True):
        assert match is not None
        address = httpx.URL(service).join(match[0].removeprefix('href="'))
        assert place in page.get(address).text
    assert f"/trace/{TRACE}" in line, "the trace that its header names"


def test_the_header_of_each_page_counts_it(page: httpx.Client, place: str, urls: Urls) -> None:
    for address in (f"{urls.aggregation}/indicators", f"{urls.notifications}/deadlines", f"{urls.audit}/log"):
        until(page, address, lambda text: "việc chờ</span>" in text.partition("<nav")[0])


def test_a_trace_id_leads_to_its_waterfall(page: httpx.Client, urls: Urls) -> None:
    text = page.get("/operations").text
    (address,) = set(re.findall(rf'<dd><a href="({re.escape(urls.mailbox)}/trace/[0-9a-f]{{32}})">', text))
    wanted = {"GET /operations": 1, "GET /api/v1/operations": 3}  # one trace through all four services
    until(page, address, lambda text: all(text.count(span) == count for span, count in wanted.items()))


def test_a_service_that_is_down_is_told_and_the_rest_stands(page: httpx.Client, place: str, system: Whole) -> None:
    pid, _ = system.children["notifications"]
    os.kill(pid, signal.SIGSTOP)
    try:
        text = page.get("/operations").text
    finally:
        os.kill(pid, signal.SIGCONT)
    assert text.count("không trả lời") == 1 and "quá thời gian chờ" in text
    (line,) = lines_of(text, place)
    assert "Hệ thống tổng hợp" in line and "Hệ thống nhật ký" in line and "Hệ thống nhắc hạn" not in line
    until(page, "/operations", lambda text: "Hệ thống nhắc hạn</a>" in text)
