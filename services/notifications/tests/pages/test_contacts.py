"""The page of contacts."""

from services.notifications.tests.service import UNIT, ApiClients, Parts, TwoEvents

HTML = {"Accept": "text/html"}


async def test_contacts_are_changed_on_a_page(api: ApiClients, sent: TwoEvents, service: Parts) -> None:
    form = {"unit": UNIT, "role": "reporter", "address": "ubnd@quangtruc.example"}
    async with api.as_("coordinator", **HTML) as client:
        assert "xa-quang-truc@daknong.example" in (await client.get("/contacts")).text
        wrong = await client.post("/contacts", data={**form, "address": "ubnd quangtruc"})
        assert wrong.status_code == 422 and "ubnd quangtruc" in wrong.text and "error-summary" in wrong.text
        done = await client.post("/contacts", data=form)
        assert done.status_code == 303
        assert "ubnd@quangtruc.example" in (await client.get(done.headers["location"])).text
