#!/bin/sh
# PostgreSQL's archive_command: a finished WAL segment goes into the archive, whole or not at all, and is on its disk
# before PostgreSQL forgets it. Never over another of the same name: two servers would be writing into one archive.
#   sh archive.sh SEGMENT /var/backup/wal/NAME.gz
set -eu
segment="$1" target="$2"
if [ -e "$target" ]; then
  gunzip -c "$target" | cmp -s - "$segment" && exit
  echo "$target is there already, and is another one" >&2
  exit 1
fi
gzip -c "$segment" > "$target.part"
sync "$target.part"
mv "$target.part" "$target"
sync "$(dirname "$target")"
