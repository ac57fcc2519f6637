"""No text in any query of any list or page of this service is an error of ours."""

from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.audit.tests.audit_driver import Audit
from services.audit.tests.sample_events import UNIT, received
from tests.support.routes import ask_anything


@given(data=st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_query_is_answered(audit: Audit, data: st.DataObject) -> None:
    if not await audit.rows("select 1 from entry limit 1"):
        await audit.log(received(uuid4()))
    for role, unit in (("auditor", "SO_NOI_VU"), ("ops", "SO_NOI_VU"), ("reporter", UNIT)):
        await ask_anything(audit.client, audit.app, data, **audit.as_(role, unit))
