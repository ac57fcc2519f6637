"""The receipt of a revision: what was received, when, its hash and trace; and what can be done about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from shared.access import Person, sees_all_units
from shared.catalogue import disaggregation_key
from shared.errors import Problem
from shared.text import Fault
from shared.text.personal_data import CONFIRMATION
from shared.web.idempotency import page_attempt
from shared.web.shell.kept_form import Resumed
from shared.web.shell.page import page
from submissions.commands.authority import is_coordinator
from submissions.commands.context import SubmissionsContext
from submissions.commands.decide import Decision, decide_submission
from submissions.http.context import Anyone, Context, Coordinator, Reporter, actor_of
from submissions.http.submissions import find_submission
from submissions.pages.change import changes_of, changes_since, read_version, version_after
from submissions.pages.comparison import narrative_title
from submissions.pages.task import SHAPES
from submissions.pages.typed_form import as_shown
from submissions.rules.form import FormField, FormRules
from submissions.rules.observation import ObservationJson
from submissions.rules.review import Act, possible_acts, without_reasons
from submissions.rules.submission import SubmissionRecord, without_corrections
from submissions.rules.violation import shown, violation
from submissions.store import read

router = APIRouter(include_in_schema=False)
OK, CHANGED = 200, 412
ACTS: dict[str, Act] = {"accept": "accept", "return": "return"}


@dataclass(frozen=True)
class ReceiptView:
    """What the page says besides the receipt itself: faults, the reason typed, and what a reader was too late for.

    `version`: the obligation's when the reader opened the page, None when the page is as it stands. Where it is
    another one by now, an undecided page is out of date as well.
    """

    status: int = 200
    faults: Sequence[Fault] = ()
    reason: str = ""
    act: Act | None = None
    confirmed: frozenset[str] = frozenset()
    version: int | None = None


@router.get("/submissions/{submission_id}")
async def show(request: Request, context: Context, person: Anyone, submission_id: UUID) -> Response:
    return await render(request, context, person, submission_id, ReceiptView())


@router.post("/submissions/{submission_id}/decision")
async def decide(
    request: Request, context: Context, person: Coordinator, resumed: Resumed, submission_id: UUID
) -> Response:
    """An unknown word decides nothing: 422."""
    data = await request.form()
    word, reason = typed_text(data, "decision"), typed_text(data, "reason")
    act = ACTS.get(word)
    if act is None:
        wrong = violation("unknown_decision", "/decision", decision=shown(word)).fault()
        return await render(request, context, person, submission_id, ReceiptView(422, [wrong], reason))
    chosen = Decision(submission_id, act, reason, confirmed=ticked(data))
    if resumed:
        return await show_undecided(request, context, person, chosen, data)
    return await decide_and_show(request, context, person, chosen, data)


@router.post("/submissions/{submission_id}/withdrawal")
async def withdraw(
    request: Request, context: Context, person: Reporter, resumed: Resumed, submission_id: UUID
) -> Response:
    data = await request.form()
    decision = Decision(submission_id, "withdraw", typed_text(data, "reason"), confirmed=ticked(data))
    if resumed:
        return await show_undecided(request, context, person, decision, data)
    return await decide_and_show(request, context, person, decision, data)


async def show_undecided(
    request: Request, context: SubmissionsContext, person: Person, decision: Decision, data: FormData
) -> Response:
    """The receipt with the reason as it was typed, and what happened since the page was opened (412)."""
    opened_with = read_version(data.get("version"))
    view = ReceiptView(
        reason=decision.reason or "", act=decision.act, confirmed=decision.confirmed, version=opened_with
    )
    return await render(request, context, person, decision.submission_id, view)


async def decide_and_show(
    request: Request, context: SubmissionsContext, person: Person, decision: Decision, data: FormData
) -> Response:
    """303 to the receipt; or the receipt again with what is missing (422), or with what happened meanwhile (409, 412).

    The reason that was typed stays on the page.
    """
    version = read_version(data.get("version"))
    sent = page_attempt(request, person.subject, data.get("attempt"), data.multi_items())
    whole = replace(decision, attempt=sent.attempt if sent else None, expected_versions=frozenset({version}))
    try:
        await decide_submission(context, actor_of(request, person), whole)
    except Problem as problem:
        if problem.status not in (409, 412, 422):
            raise
        late = version if problem.status in (409, 412) else None
        view = ReceiptView(
            problem.status, problem.faults, decision.reason or "", decision.act, decision.confirmed, late
        )
        return await render(request, context, person, decision.submission_id, view)
    return RedirectResponse(f"/submissions/{decision.submission_id}", 303)


def typed_text(data: FormData, name: str) -> str:
    value = data.get(name)
    return as_shown(value) if isinstance(value, str) else ""


def ticked(data: FormData) -> frozenset[str]:
    """What the person has looked at again."""
    return frozenset({CONFIRMATION} & set(data.getlist("confirmed")))


async def render(
    request: Request, context: SubmissionsContext, person: Person, submission_id: UUID, view: ReceiptView
) -> Response:
    async with context.engine.connect() as tx:
        submission = await find_submission(tx, context, person, submission_id)
        revisions = await read.revisions(tx, submission.obligation.id)
        reviews = await read.reviews(tx, submission.obligation.id)
    if submission.withheld:
        revisions, reviews = without_corrections(revisions), without_reasons(reviews)
    rules, changes = context.rules[submission.obligation.form], changes_of(revisions, reviews)
    version, acts = version_after(changes), acts_of(context, person, submission)
    own_report = submission.submitted_by == person.subject and not set(acts).isdisjoint(ACTS.values())
    if view.status == OK and view.version is not None:
        outdated = view.version != version
        view = replace(view, status=CHANGED if outdated else OK, version=view.version if outdated else None)
    return page(
        request,
        "submission.html",
        view.status,
        submission=submission,
        obligation=submission.obligation,
        rules=rules,
        observations=in_form_order(rules, submission.observations),
        implausible=sum(bool(o.get("implausible")) for o in submission.observations),
        narrative_title=narrative_title,
        shapes=SHAPES,
        revisions=revisions,
        reviews=reviews,
        acts=[] if own_report else acts,
        own_report=own_report,
        may_correct=submission.latest and not sees_all_units(person),
        faults=view.faults,
        reason=view.reason,
        act=view.act,
        confirmed=view.confirmed,
        outdated=view.version is not None,
        since=[] if view.version is None else changes_since(changes, view.version),
        version=version,
        attempt=str(uuid4()),
        illustrative=submission.illustrative,
    )


def acts_of(context: SubmissionsContext, person: Person, submission: SubmissionRecord) -> list[Act]:
    """What this person can decide about the revision now, unless they sent it."""
    if not submission.latest:
        return []
    if is_coordinator(context.catalogue, person, context.clock.today()):
        return [act for act in possible_acts(submission.state) if act != "withdraw"]
    if sees_all_units(person):
        return []
    return [act for act in possible_acts(submission.state) if act == "withdraw"]


def in_form_order(
    rules: FormRules, observations: Sequence[ObservationJson]
) -> list[tuple[FormField | None, ObservationJson]]:
    """With their fields; what the form no longer asks for comes last."""
    by_cell = {(o["measure"], disaggregation_key(o["disaggregation"])): o for o in observations}
    on_form = [(field, by_cell[field.cell]) for field in rules.fields if field.cell in by_cell]
    return [*on_form, *((None, o) for cell, o in by_cell.items() if cell not in rules.by_cell)]
