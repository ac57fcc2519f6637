"""No text in any query of any list or page of this service is an error of ours."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.notifications.tests.service import UNIT, ApiClients, TwoEvents
from tests.support.routes import ask_anything


@given(data=st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_query_is_answered(api: ApiClients, sent: TwoEvents, data: st.DataObject) -> None:
    for role, unit in (("ops", "SO_NOI_VU"), ("reporter", UNIT)):
        async with api.as_(role, unit) as client:
            await ask_anything(client, api.app, data)
