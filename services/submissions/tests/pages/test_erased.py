"""Where a person's words were erased, the page, the form of a correction and the API show the label."""

import asyncio
from typing import Any

from pydantic import SecretStr

from services.submissions.tests.api_client import COMMUNE, ApiClient
from shared.erasure.erase import WELL, erase_from
from shared.erasure.words import label
from submissions.store.tables import metadata
from tests.support.databases import owner_url

NAME = "Nguyễn Thị Mẫu"
FOR_THE_RECORD = ("--request", "12/2026-BVDL", "--reason", "person-asked", "--apply")


async def test_readers_see_that_words_were_erased_and_the_figures_as_they_were(
    api_client: ApiClient, report: dict[str, Any]
) -> None:
    owed = await api_client.obligation_id()
    [population] = [one for one in report["observations"] if one["measure"] == "population"]
    population["note"] = f"Theo {NAME}"
    report |= {"narrative": {"difficulties": f"Chị {NAME}", "proposals": "Thêm cán bộ"}, "evidence": [f"Đơn {NAME}"]}
    sent = (await api_client.submit(owed, report)).json()["id"]
    assert (await api_client.decide(sent, "return", f"Bỏ tên {NAME}")).status_code == 200
    before = (await api_client.get(f"/api/v1/submissions/{sent}")).json()
    url = owner_url(api_client.settings.database_url.get_secret_value())
    settings = api_client.settings.model_copy(update={"owner_database_url": SecretStr(url)})
    review = str(await api_client.value("select id from review"))

    for words in (
        ("submission", sent, "narrative/difficulties", "evidence", "observations"),
        ("review", review, "reason"),
    ):
        assert await asyncio.to_thread(erase_from(metadata), settings, [*words, *FOR_THE_RECORD]) == WELL

    after = (await api_client.get(f"/api/v1/submissions/{sent}")).json()
    assert after["narrative"] == {"difficulties": label(), "proposals": "Thêm cán bộ"}
    assert after["evidence"] == [label()]
    assert [one | {"note": None} for one in after["observations"]] == [
        one | {"note": None} for one in before["observations"]
    ]
    assert after["content_sha256"] == before["content_sha256"]
    for path in (f"/submissions/{sent}", f"/obligations/{owed}"):
        page = (await api_client.get(path, "reporter", COMMUNE)).text
        assert "đã xóa theo yêu cầu / erased on request" in page and NAME not in page
