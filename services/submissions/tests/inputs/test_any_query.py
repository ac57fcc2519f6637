"""No text in any query of any list or page of this service is an error of ours."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.submissions.tests.api_client import COMMUNE, ApiClient
from tests.support.routes import ask_anything


@given(data=st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_query_is_answered(api_client: ApiClient, data: st.DataObject) -> None:
    await api_client.obligation_id()
    for role, unit in (("coordinator", "SO_NOI_VU"), ("reporter", COMMUNE)):
        token = api_client.issuer.token(role, unit)
        await ask_anything(api_client.client, api_client.app, data, Authorization=f"Bearer {token}")
