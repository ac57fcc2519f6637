"""The statements of a batch, and of what is read most. Lists go in as arrays: a batch of any size is one statement."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PgUUID

from shared.database.write import Statement

_IDS = ARRAY(PgUUID(as_uuid=True))
_TEXTS, _INTS, _BOOLS, _NUMBERS = ARRAY(sa.Text), ARRAY(sa.Integer), ARRAY(sa.Boolean), ARRAY(sa.Numeric)
_INSTANTS = ARRAY(sa.TIMESTAMP(timezone=True))


def _statement(sql: str, **types: Any) -> sa.TextClause:
    return sa.text(sql).bindparams(*(sa.bindparam(name, type_=kind) for name, kind in types.items()))


def _change(sql: str, **types: Any) -> Statement:
    """Of those that are sent together."""
    return Statement(sql, types)


# Every statement of a batch looks up keys. A plan that was cached while the tables were small must not scan them all
# when they have grown (measured: 46 ms instead of 0.3 ms at 600 000 facts), so no plan of this transaction may.
# The lock is that of the schema: a rebuild fills its shadow beside the live tables.
LOCK = sa.text(
    "select pg_advisory_xact_lock(727175, hashtext(current_schema())), set_config('enable_seqscan', 'off', true)"
)

OPEN = _change(
    """
    insert into obligation (obligation_id, obligation, form, unit, period, due_at)
    select * from unnest(:ids, :obligations, :forms, :units, :periods, :dues)
    on conflict (obligation_id) do update set due_at = coalesce(obligation.due_at, excluded.due_at)
    """,
    ids=_IDS,
    obligations=_TEXTS,
    forms=_TEXTS,
    units=_TEXTS,
    periods=_TEXTS,
    dues=_INSTANTS,
)

# It answers whose content is kept, in the round trip that it is.
REVISE = _change(
    """
    insert into revision (obligation_id, number, state, version, submission_id, observations, illustrative,
                          was_accepted, content_sha256)
    select id, number, state, version, submission, content::jsonb, illustrative, was_accepted, sha256
    from unnest(:ids, :numbers, :states, :versions, :submissions, :contents, :illustrative, :was_accepted, :hashes)
         as incoming (id, number, state, version, submission, content, illustrative, was_accepted, sha256)
    on conflict (obligation_id, number) do update set
      state = case when excluded.version > revision.version then excluded.state else revision.state end,
      version = greatest(excluded.version, revision.version),
      submission_id = coalesce(revision.submission_id, excluded.submission_id),
      illustrative = case when revision.observations is null then excluded.illustrative else revision.illustrative end,
      was_accepted = revision.was_accepted or excluded.was_accepted,
      content_sha256 = case when revision.observations is null then excluded.content_sha256
                            else revision.content_sha256 end,
      observations = coalesce(revision.observations, excluded.observations)
    returning obligation_id, number, content_sha256
    """,
    ids=_IDS,
    numbers=_INTS,
    states=_TEXTS,
    versions=_INTS,
    submissions=_IDS,
    contents=_TEXTS,
    illustrative=_BOOLS,
    was_accepted=_BOOLS,
    hashes=_TEXTS,
)

# Of each obligation only the revisions that can count: a unit may have sent a thousand corrections. Each of the two is
# the first that its index gives, so that no plan reads them all, whatever was known of the table when it was kept.
ANSWERS = _statement(
    """
    select o.obligation_id, o.obligation, o.form, o.unit, o.period,
           r.number, r.state, r.version, r.submission_id, r.illustrative, r.was_accepted, r.observations
    from obligation o
    left join lateral (
      (select * from revision where obligation_id = o.obligation_id order by number desc limit 1)
      union
      (select * from revision where obligation_id = o.obligation_id and was_accepted order by number desc limit 1)
    ) r on true
    where o.obligation_id = any(:ids)
    """,
    ids=_IDS,
)

COUNT = _change(
    """
    update obligation o set received_revision = c.received, accepted_revision = c.accepted
    from unnest(:ids, :received, :accepted) as c (id, received, accepted)
    where o.obligation_id = c.id
      and (o.received_revision, o.accepted_revision) is distinct from (c.received, c.accepted)
    """,
    ids=_IDS,
    received=_INTS,
    accepted=_INTS,
)

FACTS = _statement(
    """
    select source, element, disaggregation, basis, unit, period, value, status, expected, implausible
    from fact where source = any(:ids)
    """,
    ids=_IDS,
)

PLACES = sa.text("select distinct unit, period from fact where expected or status is not null")

FACTS_AT = _statement(
    """
    select f.source, f.element, f.disaggregation, f.basis, f.unit, f.period, f.value, f.status, f.expected,
           f.implausible
    from unnest(:units, :periods) as p (unit, period)
    join fact f on f.unit = p.unit and f.period = p.period
    """,
    units=_TEXTS,
    periods=_TEXTS,
)

WRITE_FACTS = _change(
    """
    insert into fact (source, element, disaggregation, basis, unit, period, value, status, expected, implausible)
    select * from unnest(:sources, :elements, :disaggregations, :bases, :units, :periods, :values, :statuses, :expected,
                         :implausible)
    on conflict (source, element, disaggregation, basis) do update set
      value = excluded.value, status = excluded.status, expected = excluded.expected,
      implausible = excluded.implausible
    """,
    sources=_IDS,
    elements=_TEXTS,
    disaggregations=_TEXTS,
    bases=_TEXTS,
    units=_TEXTS,
    periods=_TEXTS,
    values=_NUMBERS,
    statuses=_TEXTS,
    expected=_BOOLS,
    implausible=_BOOLS,
)

COUNTS = _statement(
    """
    select p.unit, p.period, f.element, f.basis, f.value, f.status, f.expected, f.implausible
    from unnest(:units, :periods, :elements) as p (unit, period, element)
    join fact f on f.unit = p.unit and f.period = p.period and f.element = p.element and f.disaggregation = ''
    """,
    units=_TEXTS,
    periods=_TEXTS,
    elements=_TEXTS,
)

# A cell is its own facts plus the cells right below it, so a level must be summed after the levels under it.
SUM = _statement(
    """
    insert into cell (unit, period, element, disaggregation, basis, parent,
                      value, valued, reported, expected, estimates, implausible)
    select d.unit, d.period, d.element, d.disaggregation, d.basis, d.parent, s.value, s.valued, s.reported,
           s.expected, s.estimates, s.implausible
    from unnest(:units, :periods, :elements, :disaggregations, :bases, :parents)
         as d (unit, period, element, disaggregation, basis, parent)
    cross join lateral (
      select sum(p.value) as value, coalesce(sum(p.valued), 0)::int as valued,
             coalesce(sum(p.reported), 0)::int as reported, coalesce(sum(p.expected), 0)::int as expected,
             coalesce(sum(p.estimates), 0)::int as estimates, coalesce(sum(p.implausible), 0)::int as implausible
      from (
        select f.value, (f.value is not null)::int as valued, (f.status is not null)::int as reported,
               f.expected::int as expected, coalesce(f.status = 'estimate', false)::int as estimates,
               f.implausible::int as implausible
        from fact f
        where f.unit = d.unit and f.period = d.period and f.element = d.element
          and f.disaggregation = d.disaggregation and f.basis = d.basis
        union all
        select c.value, c.valued, c.reported, c.expected, c.estimates, c.implausible
        from cell c
        where c.parent = d.unit and c.period = d.period and c.element = d.element
          and c.disaggregation = d.disaggregation and c.basis = d.basis
      ) p
    ) s
    on conflict (unit, period, element, disaggregation, basis) do update set
      value = excluded.value, valued = excluded.valued, reported = excluded.reported,
      expected = excluded.expected, estimates = excluded.estimates, implausible = excluded.implausible
    """,
    units=_TEXTS,
    periods=_TEXTS,
    elements=_TEXTS,
    disaggregations=_TEXTS,
    bases=_TEXTS,
    parents=_TEXTS,
)

CELLS = _statement(
    """
    select c.unit, c.period, c.element, c.disaggregation, c.basis, c.value, c.valued, c.reported, c.expected,
           c.estimates, c.implausible
    from unnest(:units, :periods, :elements) as p (unit, period, element)
    join cell c on c.unit = p.unit and c.period = p.period and c.element = p.element
    """,
    units=_TEXTS,
    periods=_TEXTS,
    elements=_TEXTS,
)

VALUES = _statement(
    """
    select v.* from unnest(:measures, :units, :periods) as p (measure, unit, period)
    join indicator_value v on v.measure = p.measure and v.unit = p.unit and v.period = p.period
    """,
    measures=_TEXTS,
    units=_TEXTS,
    periods=_TEXTS,
)

# What is read most. A reader waits for each statement, and for its being put together.
_VALUE = """measure, unit, period, basis, value, numerator, denominator, reported, expected, assessment, provisional,
           below_floor, above_whole, parts, as_of, needs_check"""
_VALUES_OF = f"""
    select {_VALUE}, false as published
    from indicator_value where unit = :unit and period = any(:periods) and basis = :basis
    """
VALUES_OF = _statement(_VALUES_OF, periods=_TEXTS)
VALUES_BESIDE_PUBLISHED = _statement(
    f"""{_VALUES_OF}
    union all (
      select distinct on (period, measure) {_VALUE}, true as published
      from publication where unit = :unit and period = any(:periods) and basis = :basis
      order by period, measure, as_of desc, id desc
    )
    """,
    periods=_TEXTS,
)

WRITE_VALUES = _statement(
    """
    with written as (
      insert into indicator_value (measure, unit, period, basis, value, numerator, denominator, reported, expected,
                                   assessment, provisional, below_floor, above_whole, parts, as_of, needs_check)
      select measure, unit, period, basis, value, numerator, denominator, reported, expected, assessment,
             provisional, below_floor, above_whole, parts::jsonb, now_at, needs_check
      from unnest(:measures, :units, :periods, :bases, :values, :numerators, :denominators, :reported, :expected,
                  :assessments, :provisional, :below_floor, :above_whole, :parts, :instants, :needs_check)
           as v (measure, unit, period, basis, value, numerator, denominator, reported, expected, assessment,
                 provisional, below_floor, above_whole, parts, now_at, needs_check)
      on conflict (measure, unit, period, basis) do update set
        value = excluded.value, numerator = excluded.numerator, denominator = excluded.denominator,
        reported = excluded.reported, expected = excluded.expected, assessment = excluded.assessment,
        provisional = excluded.provisional, below_floor = excluded.below_floor,
        above_whole = excluded.above_whole, parts = excluded.parts,
        as_of = excluded.as_of, needs_check = excluded.needs_check
      returning *
    )
    insert into indicator_history (measure, unit, period, basis, value, numerator, denominator, reported, expected,
                                   assessment, provisional, below_floor, above_whole, parts, as_of, needs_check)
    select measure, unit, period, basis, value, numerator, denominator, reported, expected, assessment, provisional,
           below_floor, above_whole, parts, as_of, needs_check
    from written
    """,
    measures=_TEXTS,
    units=_TEXTS,
    periods=_TEXTS,
    bases=_TEXTS,
    values=_NUMBERS,
    numerators=_NUMBERS,
    denominators=_NUMBERS,
    reported=_INTS,
    expected=_INTS,
    assessments=_TEXTS,
    provisional=_BOOLS,
    below_floor=_BOOLS,
    above_whole=_BOOLS,
    parts=_TEXTS,
    instants=_INSTANTS,
    needs_check=_BOOLS,
)
