"""The parameters of a request, checked against the catalogue."""

import httpx


async def test_a_period_outside_the_plan_is_said_so(web: httpx.AsyncClient) -> None:
    answer = await web.get("/indicators", params={"period": "2099"}, headers={"Accept": "text/html"})
    assert answer.status_code == 422 and "Kế hoạch chỉ có các kỳ từ 2021 đến 2030." in answer.text
