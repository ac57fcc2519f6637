"""One report from the commune to the audit log, over HTTP alone.

Against a running system: `.venv/bin/python -m tests.e2e.journey [--submissions URL …]`. Every step asserts; a wait is
for a condition, with a deadline.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx

PERIOD = "2026"
FORM = "B01-XA"
MEASURE = "4.1"
BOYS, GIRLS = "n_live_births_male", "n_live_births_female"
FRESH_SECONDS = 2.0
MAIL_SECONDS = 60.0


@dataclass(frozen=True)
class Urls:
    submissions: str = "http://127.0.0.1:8001"
    aggregation: str = "http://127.0.0.1:8002"
    notifications: str = "http://127.0.0.1:8003"
    audit: str = "http://127.0.0.1:8004"
    mailbox: str = "http://127.0.0.1:8025"


@dataclass
class Journey:
    urls: Urls
    fresh_seconds: float = FRESH_SECONDS
    steps: list[str] = field(default_factory=list)
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=10))

    def run(self) -> dict[str, Any]:
        """Returns the ids that a test may follow further: obligation, both submissions, the first trace id."""
        reporter_of = self.token("coordinator", "DAK_NONG")
        obligation = self.unreported(reporter_of)
        reporter = self.token("reporter", obligation["unit"])
        coordinator = reporter_of

        detail = self.get(self.urls.submissions, f"/api/v1/obligations/{obligation['id']}", reporter)
        assert {BOYS, GIRLS} <= {f["measure"] for f in detail["fields"]}
        self.wait(lambda: self.indicator(coordinator)["expected"] > 0, 20, "the opened obligations in aggregation")
        before = self.indicator(coordinator)
        self.step(
            f"{obligation['unit']} owes {FORM} {PERIOD}; {MEASURE} rests on {before['reported']}/{before['expected']}"
        )

        first = self.submit(reporter, detail, boys=112, girls=100)
        assert (first["revision"], first["state"]) == (1, "submitted")
        self.sees(coordinator, "the report", before, boys=112, reported=1)
        again = self.submit(reporter, detail, boys=112, girls=100, key=self.key)
        assert again["id"] == first["id"], "the same Idempotency-Key must answer the same submission"

        second = self.submit(reporter, detail, boys=110, girls=101, reason="Cập nhật sau rà soát")
        assert second["revision"] == 2
        self.sees(coordinator, "the revision, in place of the first", before, boys=110, reported=1)

        decision = {"decision": "return", "reason": "Đề nghị kiểm tra lại số trẻ sinh"}
        self.post(self.urls.submissions, f"/api/v1/submissions/{second['id']}/decision", coordinator, decision)
        self.sees(coordinator, "the return", before, boys=0, reported=0)

        self.log_has(obligation["id"])
        self.mail_to_someone_late(coordinator, obligation["id"])
        return {"obligation": obligation["id"], "submissions": [first["id"], second["id"]], "trace": first["trace_id"]}

    def step(self, text: str) -> None:
        self.steps.append(text)

    def token(self, role: str, unit: str) -> str:
        answer = self.http.post(f"{self.urls.submissions}/local/token", json={"role": role, "unit": unit})
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    def get(self, base: str, path: str, token: str, **query: str) -> Any:
        answer = self.http.get(base + path, params=query, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, base: str, path: str, token: str, body: dict[str, Any], key: str | None = None) -> Any:
        self.key = key or str(uuid4())
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": self.key}
        answer = self.http.post(base + path, json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json()

    def unreported(self, token: str) -> dict[str, Any]:
        query = {"period": PERIOD, "form": FORM, "state": "open", "limit": "200"}
        items = self.get(self.urls.submissions, "/api/v1/obligations", token, **query)["items"]
        assert items, f"every commune has reported {FORM} {PERIOD}: nothing left to show"
        obligation: dict[str, Any] = items[0]
        return obligation

    def submit(
        self,
        token: str,
        detail: dict[str, Any],
        *,
        boys: int,
        girls: int,
        reason: str | None = None,
        key: str | None = None,
        status: str = "final",
    ) -> Any:
        values = {BOYS: str(boys), GIRLS: str(girls)}
        observations = [
            {
                "measure": f["measure"],
                "value": values.get(f["measure"], "1"),
                "disaggregation": f["disaggregation"],
                "status": status,
                "note": None,
            }
            for f in detail["fields"]
            if f["required"]
        ]
        body: dict[str, Any] = {"observations": observations, "narrative": {}, "evidence": [], "reason": reason}
        return self.post(self.urls.submissions, f"/api/v1/obligations/{detail['id']}/submissions", token, body, key)

    def indicator(self, token: str) -> dict[str, Any]:
        items = self.get(self.urls.aggregation, "/api/v1/indicators", token, period=PERIOD)["items"]
        (item,) = [i for i in items if i["measure"] == MEASURE]
        return dict(item)

    def sees(self, token: str, what: str, before: dict[str, Any], *, boys: int, reported: int) -> None:
        """The provincial numerator and coverage become the earlier ones plus this, within the promise."""
        wanted = (Decimal(before["numerator"] or 0) + boys, before["reported"] + reported)

        def now() -> bool:
            item = self.indicator(token)
            return (Decimal(item["numerator"] or 0), item["reported"]) == wanted

        self.step(f"the province saw {what} after {self.wait(now, self.fresh_seconds, what) * 1000:.0f} ms")

    def log_has(self, obligation: str) -> None:
        auditor = self.token("auditor", "DAK_NONG")
        wanted = ["obligation.opened", "submission.received", "submission.received", "submission.returned"]

        def there() -> bool:
            items = self.get(self.urls.audit, "/api/v1/events", auditor, subject=obligation, limit="100")["items"]
            types = [
                i["type"].removeprefix("vn.tiendo.").removesuffix(".v1")
                for i in sorted(items, key=lambda i: i["index"])
            ]
            return [t for t in types if t.startswith(("obligation.", "submission."))] == wanted

        self.wait(there, 10, "the audit log")
        self.step("the audit log has the opening, both revisions and the return, in order, once")

    def mail_to_someone_late(self, token: str, not_this: str) -> None:
        items = self.get(
            self.urls.submissions, "/api/v1/obligations", token, period=PERIOD, form=FORM, state="open", limit="200"
        )["items"]
        late = next(i["unit"] for i in items if i["id"] != not_this)

        def told() -> bool:
            sent = self.get(self.urls.notifications, "/api/v1/deliveries", token, unit=late, period=PERIOD)["items"]
            return any(d["state"] == "sent" for d in sent)

        self.wait(told, MAIL_SECONDS, f"a reminder to {late}")
        sent = self.get(self.urls.notifications, "/api/v1/deliveries", token, unit=late, period=PERIOD)["items"]
        recipient = next(d["recipient"] for d in sent if d["state"] == "sent")
        mails = self.http.get(f"{self.urls.mailbox}/api/mails", params={"to": recipient}).json()
        mails = mails["items"] if isinstance(mails, dict) else mails
        assert mails, f"no mail to {recipient} in the mailbox"
        self.step(f"the mailbox has {len(mails)} reminder(s) to {late}")

    def wait(self, condition: Callable[[], bool], seconds: float, what: str) -> float:
        begin = time.monotonic()
        while not condition():
            assert time.monotonic() - begin < seconds, f"{what}: not seen within {seconds} s"
            time.sleep(0.02)
        return time.monotonic() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    for name, url in vars(Urls()).items():
        parser.add_argument(f"--{name}", default=url)
    journey = Journey(Urls(**vars(parser.parse_args())))
    try:
        journey.step(f"its way through the services: tiendo trace {journey.run()['trace']}")
    finally:
        print("\n".join(journey.steps))


if __name__ == "__main__":
    main()
