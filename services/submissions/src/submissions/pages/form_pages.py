"""The form of an obligation: to fill in by its unit, to look at by everybody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from shared.access import Person, sees_all_units
from shared.database import idempotency
from shared.text import Language
from shared.web.idempotency import page_attempt
from shared.web.language import language
from shared.web.shell.kept_form import Resumed
from shared.web.shell.page import page
from submissions.commands.context import SubmissionsContext
from submissions.commands.submit import Outdated, Posting, Refused, submit_report
from submissions.http.context import Anyone, Context, Reporter, actor_of
from submissions.http.obligations import find_obligation
from submissions.pages.change import Change, changes_of, changes_since, read_version, revision_at, version_after
from submissions.pages.comparison import Difference, by_input, compare, narrative_title
from submissions.pages.form_faults import faults_beside, input_of, page_faults
from submissions.pages.form_table import columns_of, paste_words, rows_of
from submissions.pages.task import SHAPES, task_of
from submissions.pages.typed_form import CONFIRMED, TypedForm, read_typed, report_of, typed_of, written
from submissions.rules.form import FormRules
from submissions.rules.obligation import ReportingObligation
from submissions.rules.review import Review, without_reasons
from submissions.rules.submission import PastRevision, SubmissionRecord, without_corrections
from submissions.rules.violation import Violation
from submissions.store import read

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class FormRecords:
    """An obligation, what was sent for it, newest first, with its reviews, and what was sent the year before."""

    obligation: ReportingObligation
    latest: SubmissionRecord | None
    revisions: Sequence[PastRevision]
    reviews: Sequence[Review]
    last_year: SubmissionRecord | None

    @property
    def illustrative(self) -> bool:
        return any(r.illustrative for r in self.revisions) or (
            self.last_year is not None and self.last_year.illustrative
        )

    @property
    def changes(self) -> list[Change]:
        return changes_of(self.revisions, self.reviews)


@dataclass(frozen=True)
class FormView:
    """What the page shows: the inputs, the version that they were filled for, and what is wrong with them.

    `since` and `differences` tell a reader whose page was out of date what has happened and what differs now.
    """

    typed: TypedForm
    version: int
    status: int = 200
    violations: Sequence[Violation] = ()
    since: Sequence[Change] = ()
    differences: Sequence[Difference] = ()


@router.get("/obligations/{obligation_id}")
async def show(request: Request, context: Context, person: Anyone, obligation_id: UUID) -> Response:
    records = await read_records(context, person, obligation_id)
    typed = typed_of(context.rules[records.obligation.form], records.latest, language(request))
    return render(request, context, person, records, FormView(typed, version_after(records.changes)))


@router.post("/obligations/{obligation_id}")
async def send(request: Request, context: Context, person: Reporter, resumed: Resumed, obligation_id: UUID) -> Response:
    """303 to the receipt; or the form again with what was typed and every fault (422), or what stands now (412)."""
    data = await request.form()
    records = await read_records(context, person, obligation_id)
    rules, version = context.rules[records.obligation.form], read_version(data.get("version"))
    typed = read_typed(rules, data, records.latest)
    if resumed:
        return render(request, context, person, records, FormView(typed, version))
    sent = page_attempt(request, person.subject, data.get("attempt"), data.multi_items())
    posting = Posting(
        obligation_id,
        sent.attempt if sent else None,
        language(request),
        frozenset({version}),
        page=sent.page if sent else None,
    )
    try:
        answer = await submit_report(
            context, actor_of(request, person), posting, report_of(rules, typed, records.latest)
        )
    except Refused as refused:
        return render(
            request, context, person, records, FormView(typed, refused.version, refused.status, refused.violations)
        )
    except Outdated as outdated:
        records = await read_records(context, person, obligation_id)
        opened_with = await read_revision(context, revision_at(records.changes, version))
        view = outdated_view(context, records, typed, version, opened_with, outdated)
        return render(request, context, person, records, view)
    submission_id = answer.created_id if isinstance(answer, idempotency.Replay) else answer.id
    return RedirectResponse(f"/submissions/{submission_id}", 303)


def outdated_view(
    context: SubmissionsContext,
    records: FormRecords,
    typed: TypedForm,
    version: int,
    opened_with: SubmissionRecord | None,
    outdated: Outdated,
) -> FormView:
    """What a page opened at `version` shows once others have changed the obligation: both, and nothing is lost."""
    rules, changes = context.rules[records.obligation.form], records.changes
    before, now = (typed_of(rules, one, typed.numbers) for one in (opened_with, records.latest))
    shown, differences = compare(rules, before, typed, now)
    from_others = [one for one in differences if one.changed == "others"]
    taken = {f"/{name}" for one in from_others for name in one.names}
    if any(one.is_text for one in from_others):  # nobody has looked at these words here
        shown = shown.without(CONFIRMED)
    return FormView(
        shown,
        version_after(changes),
        outdated.status,
        [one for one in outdated.violations if input_of(rules, one) not in taken],
        changes_since(changes, version),
        differences,
    )


async def read_records(context: SubmissionsContext, person: Person, obligation_id: UUID) -> FormRecords:
    async with context.engine.connect() as tx:
        obligation = await find_obligation(tx, context, person, obligation_id)
        revisions = await read.revisions(tx, obligation_id)
        # By its id: the newest of now might not be the one that the page's version counts.
        latest = await read.find_submission(tx, revisions[0].id) if revisions else None
        last_year = await read.latest_of_period(tx, obligation, obligation.previous_period)
        reviews = await read.reviews(tx, obligation_id) if revisions else []
    latest, last_year = (one and context.disclosed(person, one) for one in (latest, last_year))
    if latest and latest.withheld:
        revisions, reviews = without_corrections(revisions), without_reasons(reviews)
    return FormRecords(obligation, latest, revisions, reviews, last_year)


async def read_revision(context: SubmissionsContext, past: PastRevision | None) -> SubmissionRecord | None:
    if past is None:
        return None
    async with context.engine.connect() as tx:
        return await read.find_submission(tx, past.id)


def render(
    request: Request, context: SubmissionsContext, person: Person, records: FormRecords, view: FormView
) -> Response:
    obligation, rules = records.obligation, context.rules[records.obligation.form]
    numbers: Language = view.typed.numbers
    editable = not sees_all_units(person)
    differing = by_input(view.differences)
    return page(
        request,
        "obligation.html",
        view.status,
        obligation=obligation,
        task=task_of(obligation, context.clock.now(), context.holidays),
        rules=rules,
        columns=columns_of(rules),
        rows=rows_of(
            rules,
            view.typed,
            written(records.last_year, numbers),
            faults_beside(rules, view.violations),
            differing,
        ),
        may_be_not_applicable=any(element.may_be_not_applicable for element in rules.elements.values()),
        typed=view.typed,
        narrative=[
            (code, narrative_title(rules, code), code in required_parts(rules)) for code in view.typed.narrative
        ],
        version=view.version,
        outdated=view.status == Outdated.STATUS,
        since=view.since,
        differences=view.differences,
        differing=differing,
        paste_words=paste_words(rules),
        violations=view.violations,
        faults=page_faults(rules, view.violations),
        revisions=records.revisions,
        shapes=SHAPES,
        reviews=records.reviews,
        previous_period=obligation.previous_period if records.last_year else None,
        editable=editable,
        in_place_of=editable and person.unit != obligation.unit,
        attempt=str(uuid4()),
        illustrative=records.illustrative,
    )


def required_parts(rules: FormRules) -> set[str]:
    return {part.code for part in rules.narrative if part.required}
