#!/bin/sh
# Format the storage if it is new, then be the node.
set -eu
bin="${KAFKA_BIN:-/opt/kafka/bin}"
properties="${KAFKA_PROPERTIES:-/etc/tiendo-kafka/server.properties}"
data=$(sed -n 's/^log\.dirs=//p' "$properties")
if ! [ -f "$data/meta.properties" ]; then
  "$bin/kafka-storage.sh" format --cluster-id "$("$bin/kafka-storage.sh" random-uuid)" --config "$properties"
fi
exec "$bin/kafka-server-start.sh" "$properties"
