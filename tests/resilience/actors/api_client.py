"""The submissions API as the writers use it: one method a call. None stands for no definite answer."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.resilience.actors.content import report
from tests.resilience.actors.ledger import Asked, Obligation
from tests.resilience.actors.retrying_client import Answer, RetryingClient
from tests.resilience.judging.expected import ROOT

# Reports for a year that is closed are taken as illustrative data only.
FIRST_OPEN_YEAR = 2025
ILLUSTRATIVE = {"X-Tiendo-Illustrative": "true"}


class ApiClient:
    def __init__(self, base: str, client: RetryingClient, token_of: Callable[[str, str], str]) -> None:
        self._base, self.client, self._token_of = base, client, token_of

    async def open(self, period: str, key: str) -> None:
        answer = await self.client.post(
            f"{self._base}/obligations/opening", self._coordinator, {"period": period}, key=key
        )
        assert answer and answer.ok, answer

    async def obligations(self, period: str, form: str) -> list[dict[str, Any]]:
        answer = await self.client.get(
            f"{self._base}/obligations", self._coordinator, period=period, form=form, limit="500"
        )
        assert answer and answer.ok and answer.body["next"] is None, answer
        items: list[dict[str, Any]] = answer.body["items"]
        return items

    async def send(
        self,
        obligation: Obligation,
        asked: Asked,
        *,
        body: Mapping[str, Any] | None = None,
        if_match: str | None = None,
    ) -> Answer | None:
        """What is asked; with another body or If-Match than the right one if given."""
        headers = {"If-Match": if_match} if if_match else {}
        if asked.kind == "submit":
            url = f"{self._base}/obligations/{obligation.id}/submissions"
            body = body or report(asked.values or {}, asked.reason)
            token = self._token_of("reporter", obligation.unit)
            headers |= ILLUSTRATIVE if int(obligation.period[:4]) < FIRST_OPEN_YEAR else {}
        elif asked.kind == "withdraw":
            url = f"{self._base}/submissions/{asked.submission}/withdrawal"
            body = body or {"reason": asked.reason}
            token = self._token_of("reporter", obligation.unit)
        else:
            url = f"{self._base}/submissions/{asked.submission}/decision"
            body = body or {"decision": asked.kind, "reason": asked.reason}
            token = self._coordinator
        return await self.client.post(url, token, body, key=asked.key, headers=headers)

    async def submissions(self, obligation: Obligation) -> Answer | None:
        """Newest first."""
        return await self.client.get(
            f"{self._base}/submissions", self._coordinator, obligation=obligation.id, limit="500"
        )

    @property
    def _coordinator(self) -> str:
        return self._token_of("coordinator", ROOT)
