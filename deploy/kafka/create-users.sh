#!/bin/sh
# A user per service, with its password of /run/secrets and its ACL: it writes its own topics and operations.v1 and reads
# them, it reads what it hears with a consumer group of its name, and may do nothing else. Of the services named, or of all.
# May be run again: a password that has changed is taken over.
set -eu
bin="${KAFKA_BIN:-/opt/kafka/bin}"
secrets="${SECRETS:-/run/secrets}"
server="--bootstrap-server ${KAFKA_ADMIN_SERVER:-127.0.0.1:9094} --command-config ${KAFKA_ADMIN_PROPERTIES:-/etc/tiendo-kafka/admin.properties}"
file=$(mktemp)
trap 'rm -f "$file"' EXIT

user() {  # name; the password goes in a file, since every process of the machine can read arguments
  printf 'SCRAM-SHA-512=password=%s\n' "$(cat "$secrets/$1-kafka")" > "$file"
  "$bin/kafka-configs.sh" $server --alter --entity-type users --entity-name "$1" --add-config-file "$file"
}

writes() {  # name, topics; it sees how far its own events reach there, too (docs/decisions/0030)
  name=$1
  shift
  "$bin/kafka-acls.sh" $server --add --allow-principal "User:$name" --producer --consumer --group "$name" $(printf ' --topic %s' "$@")
}

hears() {  # name, topics
  name=$1
  shift
  "$bin/kafka-acls.sh" $server --add --allow-principal "User:$name" --consumer --group "$name" $(printf ' --topic %s' "$@")
}

[ $# -gt 0 ] || set -- submissions aggregation notifications audit
for service; do
  user "$service"
  case $service in
    submissions)
      writes submissions submissions.v1 operations.v1 ;;
    aggregation)
      writes aggregation indicators.v1 operations.v1
      hears aggregation submissions.v1 ;;
    notifications)
      writes notifications deadlines.v1 notifications.v1 operations.v1
      hears notifications submissions.v1 ;;
    audit)
      writes audit inspections.v1 operations.v1
      hears audit submissions.v1 indicators.v1 deadlines.v1 notifications.v1 inspections.v1 operations.v1 ;;
    *)
      echo "no service: $service" >&2
      exit 2 ;;
  esac
done
