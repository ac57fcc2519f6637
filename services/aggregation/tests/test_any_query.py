"""No text in any query of any list or page of this service is an error of ours."""

import httpx
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.routes import ask_anything


@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_query_is_answered(app: FastAPI, ops_client: httpx.AsyncClient, data: st.DataObject) -> None:
    await ask_anything(ops_client, app, data)
