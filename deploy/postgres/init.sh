#!/bin/sh
# Once, on an empty data directory: a role and a database per service, closed to the others.
set -eu
for service in submissions aggregation notifications audit; do
  password=$(cat "/run/secrets/$service-db")
  psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 \
    --set service="$service" --set password="$password" <<'SQL'
create role :"service" login password :'password';
create database :"service" owner :"service";
revoke connect, temporary on database :"service" from public;
SQL
done
