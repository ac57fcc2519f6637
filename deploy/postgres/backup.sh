#!/bin/sh
# A base backup of all databases into the archive, while they are in use. The newest KEEP stay (7: further back than the
# topics of Kafka reach, a database cannot be healed from them); older ones go, and the WAL that only they need.
#   docker compose --env-file deploy/.env exec -T --user postgres postgres sh /etc/tiendo-postgres/backup.sh
# docs/runbooks/backup-and-restore.md
set -eu
backup="${BACKUP:-/var/backup}" keep="${KEEP:-7}"
export PGPASSWORD="${PGPASSWORD:-$(cat "${SECRETS:-/run/tiendo}/postgres")}"
rm -rf "$backup"/base/*.part  # one that was broken off
pg_basebackup --username postgres --pgdata "$backup/base/new.part" --wal-method stream --checkpoint fast
pg_verifybackup --quiet "$backup/base/new.part"
# Named after its end: it leads to every instant from then on.
name=$(date -u +%Y-%m-%dT%H%M%SZ)
mv -T "$backup/base/new.part" "$backup/base/$name"
sync
ls "$backup/base" | sort | head -n "-$keep" | while read -r old; do
  rm -rf "${backup:?}/base/$old"
done
oldest=$(ls "$backup/base" | sort | head -n 1)
begins=$(sed -n 's/^START WAL LOCATION: .*(file \(.*\))$/\1/p' "$backup/base/$oldest/backup_label")
pg_archivecleanup -x .gz "$backup/wal" "$begins"
echo "$name: $(du -sh "$backup/base/$name" | cut -f 1), WAL kept since $begins"
