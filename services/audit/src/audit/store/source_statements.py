"""SQL of what has arrived of each source. A batch takes the same few statements however much is missing."""

from sqlalchemy import text

SOURCES = text("""
    select source, next_sequence, announced_sequence, announced_at,
      greatest(last_heartbeat_at, last_event_at) as heard_at, exists (
      select from gap where gap.source = source.source and kind = 'went_back' and closed_at is null
    ) as went_back from source
""")
MISSING = text("""
    select distinct m.source, m.first, m.last, m.opened_at, m.gap
    from unnest(cast(:sources as text[]), cast(:numbers as bigint[])) as arrived (source, number)
      cross join lateral (
        select * from missing where missing.source = arrived.source and missing.first <= arrived.number
        order by missing.first desc limit 1
      ) as m
    where m.last >= arrived.number
    order by m.source, m.first
""")
SAVE_SOURCES = text("""
    insert into source as kept (source, next_sequence, last_sequence, unnumbered, last_event_at, last_heartbeat_at,
      announced_sequence, announced_hash, announced_at, behind_at)
    select * from unnest(cast(:source as text[]), cast(:next as bigint[]), cast(:last as bigint[]),
      cast(:unnumbered as bigint[]), cast(:event_at as timestamptz[]), cast(:heartbeat_at as timestamptz[]),
      cast(:announced as bigint[]), cast(:hash as bytea[]), cast(:announced_at as timestamptz[]),
      cast(:behind_at as timestamptz[]))
    on conflict (source) do update set
      next_sequence = excluded.next_sequence,
      last_sequence = greatest(kept.last_sequence, excluded.last_sequence),
      unnumbered = kept.unnumbered + excluded.unnumbered,
      last_event_at = greatest(kept.last_event_at, excluded.last_event_at),
      last_heartbeat_at = greatest(kept.last_heartbeat_at, excluded.last_heartbeat_at),
      announced_sequence = coalesce(excluded.announced_sequence, kept.announced_sequence),
      announced_hash = case when excluded.announced_sequence is null then kept.announced_hash
        else excluded.announced_hash end,
      announced_at = coalesce(excluded.announced_at, kept.announced_at),
      behind_at = greatest(kept.behind_at, excluded.behind_at)
""")
DELETE_ARRIVED = text("""
    delete from missing using unnest(cast(:sources as text[]), cast(:firsts as bigint[])) as gone (source, first)
    where missing.source = gone.source and missing.first = gone.first
""")
INSERT_MISSING = text("""
    insert into missing (source, first, last, opened_at, gap)
    select * from unnest(cast(:sources as text[]), cast(:firsts as bigint[]), cast(:lasts as bigint[]),
      cast(:opened as timestamptz[]), cast(:gaps as bigint[]))
""")
CLOSE = text("""
    update gap set closed_at = :now
    where id = any(cast(:gaps as bigint[])) and not exists (select from missing where missing.gap = gap.id)
""")
# Checks the entries that arrived and their neighbours. Answers those whose prevhash is not the hash of the event
# before, though that event is there. Of two forked events, either will do. The first number follows 64 zeros.
# Also answers the announced number of a source if the hash of the heartbeat is not the hash of that entry.
UNCHAINED = text("""
    with arrived as (
      select * from unnest(cast(:sources as text[]), cast(:numbers as bigint[])) as arrived (source, number)
    ), checked as (
      select source, number from arrived union select source, number + 1 from arrived
    )
    select later.source, later.sequence
    from checked join entry as later on later.source = checked.source and later.sequence = checked.number
      cross join lateral (
        select bool_or(sha256(earlier.body) = later.prevhash) is true as fits, count(*) as found
        from entry as earlier where earlier.source = later.source and earlier.sequence = later.sequence - 1
      ) as before
    where before.found > 0 and not before.fits
      or later.sequence = 1 and later.prevhash is distinct from decode(repeat('00', 32), 'hex')
    union
    select source.source, source.announced_sequence
    from (
      select source, number from arrived union select unnest(cast(:heard as text[])), null
    ) as candidate
      join source on source.source = candidate.source
        and source.announced_sequence = coalesce(candidate.number, source.announced_sequence)
      cross join lateral (
        select bool_or(sha256(last.body) = source.announced_hash) as fits
        from entry as last where last.source = source.source and last.sequence = source.announced_sequence
      ) as announced
    where source.announced_hash is not null and announced.fits is false
""")
# An open gap that touches the new numbers grows: a restored backup sends thousands of numbers a second time, in a row.
UPSERT_GAPS = text("""
    with reported as (
      select * from unnest(cast(:sources as text[]), cast(:kinds as text[]), cast(:firsts as bigint[]),
        cast(:lasts as bigint[])) as reported (source, kind, first, last)
    ), grown as (
      update gap set last = greatest(gap.last, reported.last)
      from reported
      where gap.source = reported.source and gap.kind = reported.kind and gap.closed_at is null
        and reported.first between gap.first and gap.last + 1
      returning reported.source, reported.kind, reported.first
    )
    insert into gap (source, kind, first, last, opened_at)
    select source, kind, first, last, :now from reported
    where (source, kind, first) not in (select source, kind, first from grown)
""")
# A source that knows again of all that it has sent has been healed.
RECOVERED = text("""
    update gap set closed_at = :now
    from unnest(cast(:sources as text[]), cast(:numbers as bigint[])) as told (source, number)
    where gap.source = told.source and gap.kind = 'went_back' and gap.closed_at is null and gap.last <= told.number
""")
ANY_OVERDUE = text("select exists (select from missing where gap is null and opened_at <= :before)")
# While the log reads records long after they were sent, the partitions are far apart, and a number that has not arrived
# is probably on its way. So nothing of such a source is overdue.
OVERDUE = text("""
    with due as (
      select missing.source, missing.first, missing.last, missing.opened_at
      from missing join source on source.source = missing.source
      where missing.gap is null and missing.opened_at <= :before
        and (source.behind_at is null or source.behind_at <= :before)
    ), opened as (
      insert into gap (source, kind, first, last, opened_at)
      select source, 'missing', first, last, opened_at from due
      returning id, source, first, last
    )
    update missing set gap = opened.id from opened where missing.source = opened.source and missing.first = opened.first
    returning opened.source, opened.first, opened.last
""")
