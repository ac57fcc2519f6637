"""The lists of what is owed, and one obligation."""

from services.submissions.tests.api_client import COMMUNE, OTHER, ApiClient


async def test_lists_are_paged_and_narrowed(api_client: ApiClient) -> None:
    await api_client.open("2026")
    await api_client.open("2026-Q1")
    seen: list[str] = []
    cursor = None
    while True:
        query = {"limit": 17, "period": "2026", **({"cursor": cursor} if cursor else {})}
        page = (await api_client.get("/api/v1/obligations", params=query)).json()
        seen += [item["id"] for item in page["items"]]
        if not (cursor := page["next"]):
            break
    assert len(seen) == len(set(seen)) == await api_client.count("obligation") - 28
    own = (await api_client.get("/api/v1/obligations", "reporter", COMMUNE)).json()["items"]
    assert {(i["unit"], i["form"]) for i in own} == {(COMMUNE, "B01-XA"), (COMMUNE, "B02-XA-Q")}
    assert (await api_client.get("/api/v1/obligations", "reporter", COMMUNE, params={"unit": OTHER})).status_code == 403
    none = (await api_client.get("/api/v1/obligations", params={"state": "accepted"})).json()
    assert none == {"items": [], "next": None}


async def test_an_obligation_says_its_fields_in_both_languages(api_client: ApiClient) -> None:
    answer = await api_client.get(f"/api/v1/obligations/{await api_client.obligation_id('B11-GD', 'SO_GDDT')}")
    assert answer.headers["etag"] == '"1"'
    detail = answer.json()
    assert detail["title"]["vi"].startswith("Biểu giáo dục")
    cohort = [f for f in detail["fields"] if f["measure"] == "n_em_primary_cohort"]
    assert [(f["disaggregation"], f["required"]) for f in cohort] == [
        ({"sex": "male"}, True),
        ({"sex": "female"}, True),
    ]
    assert cohort[1]["label"]["vi"].endswith("(Nữ)") and cohort[1]["label"]["en"].endswith("(Female)")
    assert not any(f["may_be_not_applicable"] for f in detail["fields"])
    assert set(detail["fields"][0]) >= {"measure", "disaggregation", "kind", "required"}
