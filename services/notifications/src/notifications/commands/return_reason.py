"""Why a report was returned, asked of the submissions service when the notice of it goes out.

Events carry no free text (docs/decisions/0005-free-text.md), so the reason is not stored here either, and never logged.
A mailbox is nobody whom the policy knows: the reason about a form with sensitive elements stays behind the sign-in,
since it may repeat a count (docs/decisions/0028).
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx
import structlog

from notifications.settings import NotificationsSettings
from shared.access import Role
from shared.auth import issue_local_token
from shared.catalogue import Catalogue
from shared.disclosure import DisclosurePolicy

log = structlog.get_logger()
READER: Role = "leader"
"""Reads the whole province and changes nothing."""


@dataclass(frozen=True, slots=True)
class ReturnReasons:
    """By a token of the role `READER` in `submissions_token_file`, read at every use, so that it can be renewed at any
    time. Without one, a machine that issues tokens itself makes one for `unit`, the root of the plan."""

    settings: NotificationsSettings
    unit: str
    policy: DisclosurePolicy

    async def of(self, submission_id: UUID, form: str) -> str | None:
        """None when it may not be mailed or cannot be had within `reason_timeout_seconds`: the mail goes out without it
        and says where it stands."""
        if self.policy.is_any_sensitive(self.policy.of_form(form)):
            return None
        try:
            token = self._token()
            if token is None:
                return None
            limit = self.settings.reason_timeout_seconds
            client = httpx.AsyncClient(
                base_url=self.settings.submissions_api,
                headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
                timeout=limit,
                trust_env=False,  # a proxy of the environment is not to read the token
            )
            # httpx bounds each read, not all of them: a server that drips would hold the sender.
            async with asyncio.timeout(limit), client:
                answer = await client.get(f"/api/v1/submissions/{submission_id}")
            answer.raise_for_status()
            returns = [each for each in answer.json()["reviews"] if each["act"] == "return"]
            reason = returns[-1]["reason"] if returns and not returns[-1].get("withheld") else None
        except httpx.HTTPStatusError as error:
            why = f"status {error.response.status_code}"
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, LookupError, TypeError) as error:
            why = type(error).__name__
        else:
            return reason if isinstance(reason, str) and reason.strip() else None
        log.warning("return_reason.unknown", submission_id=str(submission_id), why=why)  # never what was answered
        return None

    def _token(self) -> str | None:
        path: Path | None = self.settings.submissions_token_file
        if path is not None:
            return path.read_text("utf-8").strip() or None
        if self.settings.local_issuer_key_file is not None and self.settings.environment != "production":
            return issue_local_token(self.settings, READER, self.unit)
        return None


def return_reasons_of(settings: NotificationsSettings, catalogue: Catalogue) -> ReturnReasons:
    return ReturnReasons(settings, catalogue.plan.root, DisclosurePolicy(catalogue))
