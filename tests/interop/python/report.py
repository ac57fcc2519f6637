"""Reads with the clients that were generated from the four documents, and makes a report with that of submissions.

Arguments: folder of the clients, then for each service its name, address and token (submissions: a reporter's)."""

import importlib
import json
import sys

LISTS = {
    "submissions": "obligations.list_obligations",
    "aggregation": "indicators.indicators",
    "notifications": "deadlines.deadlines",
    "audit": "events.list_events",
}


def module(service: str, path: str) -> object:
    return importlib.import_module(f"tien_do_{service}_api_client{path}")


def listed(service: str, client: object) -> object:
    answer = module(service, f".api.{LISTS[service]}").sync_detailed(client=client)
    if answer.status_code != 200:
        raise ValueError(f"{service}: {answer.status_code} {answer.content[:200]}")
    return answer.parsed


def report(client: object) -> int:
    api = ".api.obligations"
    owed = next(one for one in listed("submissions", client).items if one.state == "open" and one.form == "B01-XA")
    detail = module("submissions", f"{api}.get_obligation").sync(owed.id, client=client)
    models = module("submissions", ".models")
    observations = [
        models.ObservationBody(
            measure=field.measure,
            value="1" if field.kind == "flag" else "100",
            disaggregation=models.ObservationBodyDisaggregation.from_dict(field.disaggregation.to_dict()),
            note="Thử bằng máy khách được sinh ra",
        )
        for field in detail.fields
        if field.required
    ]
    narrative = models.SubmissionBodyNarrative.from_dict({"general": "Thử"})
    body = models.SubmissionBody(observations=observations, narrative=narrative)
    submit = module("submissions", f"{api}.submit")
    answer = submit.sync_detailed(owed.id, client=client, body=body, idempotency_key="interop-1")
    again = submit.sync_detailed(owed.id, client=client, body=body, idempotency_key="interop-1")
    if (answer.status_code, again.headers.get("idempotency-replayed")) != (201, "true"):
        raise ValueError(f"{answer.status_code} {answer.content[:500]} {again.headers}")
    return answer.parsed.revision


def main() -> None:
    folder, *given = sys.argv[1:]
    faults = []
    for service, address, token in zip(given[::3], given[1::3], given[2::3], strict=True):
        sys.path.insert(0, f"{folder}/{service}")
        try:
            client = module(service, "").AuthenticatedClient(base_url=address, token=token)
            listed(service, client)
            if service == "submissions":
                report(client)
        except Exception as error:
            faults.append(f"{service}: {error!r}"[:600])
    print(json.dumps({"faults": faults}))


main()
