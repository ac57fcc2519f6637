#!/bin/sh
# What only root of the container may read becomes PostgreSQL's own, in memory; then the image starts it as always.
# Its key must belong to it, or it does not start; a secret's file belongs to whoever made it.
set -eu
private="${PRIVATE:-/run/tiendo}"
chmod 0700 "$private"
for secret in "${SECRETS:-/run/secrets}"/*; do
  install -m 0400 "$secret" "$private"
done
# Where archive.sh and backup.sh write; whose disk that is, BACKUP_FOLDER says.
backup="${BACKUP:-/var/backup}"
mkdir -p "$backup/wal" "$backup/base"
chmod 0700 "$backup/wal" "$backup/base"
if [ "$(id -u)" = 0 ]; then
  chown -R postgres:postgres "$private"
  chown postgres:postgres "$backup" "$backup/wal" "$backup/base"
fi
export SECRETS="$private"
exec docker-entrypoint.sh "$@"
