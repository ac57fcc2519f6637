#!/bin/sh
# Topics are created here and nowhere else. The number of partitions never changes: it would move keys.
# More brokers: REPLICATION=3 MIN_ISR=2.
set -eu
bin="${KAFKA_BIN:-/opt/kafka/bin}"
server="--bootstrap-server ${KAFKA_ADMIN_SERVER:-127.0.0.1:9094} --command-config ${KAFKA_ADMIN_PROPERTIES:-/etc/tiendo-kafka/admin.properties}"
for topic in submissions.v1 indicators.v1 deadlines.v1 notifications.v1 inspections.v1 operations.v1; do
  "$bin/kafka-topics.sh" $server --create --if-not-exists \
    --topic "$topic" --partitions 12 --replication-factor "${REPLICATION:-1}" \
    --config "min.insync.replicas=${MIN_ISR:-1}" --config retention.ms=604800000 --config segment.ms=86400000 \
    --config max.message.bytes=1048576
done
