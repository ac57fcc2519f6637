#!/bin/sh
# Lay out the newest base backup in an empty data directory, so that PostgreSQL, when it starts, goes on with the WAL of
# the archive: to its end, or to the instant given ('2026-12-01 02:10:00+00'; then the newest base backup before it).
#   docker compose --env-file deploy/.env run --rm --no-deps --entrypoint sh postgres \
#     /etc/tiendo-postgres/restore.sh [INSTANT]
# docs/runbooks/backup-and-restore.md
set -eu
backup="${BACKUP:-/var/backup}" data="${PGDATA:?the data directory}" instant="${1:-}"
if [ -e "$data/PG_VERSION" ]; then
  echo "$data holds databases: move them away first" >&2
  exit 1
fi
last=${instant:+$(date -u -d "$instant" +%Y-%m-%dT%H%M%SZ)}
base=$(ls "$backup/base" | sort | awk -v last="${last:-Z}" '/Z$/ && $0 <= last' | tail -n 1)
if [ -z "$base" ]; then
  echo "no base backup in $backup/base${instant:+ that ended before $instant}" >&2
  exit 1
fi
mkdir -p "$data"
cp -a "$backup/base/$base/." "$data"
chmod 0700 "$data"
# The last word counts: what an earlier restore wrote has come with the base backup.
cat >> "$data/postgresql.auto.conf" <<CONF
restore_command = 'gunzip -c "$backup/wal/%f.gz" > "%p"'
recovery_target_time = '$instant'
recovery_target_action = 'promote'
CONF
: > "$data/recovery.signal"
if [ "$(id -u)" = 0 ]; then
  chown -R postgres:postgres "$data"
fi
echo "$base is laid out in $data"
