#!/bin/sh
# A role and a database per service, closed to the others. On an empty data directory the image runs it; run again, it
# takes over passwords that have changed:
#   docker compose --env-file deploy/.env exec postgres sh /docker-entrypoint-initdb.d/10-services.sh
set -eu
secrets="${SECRETS:-/run/secrets}"
export PGPASSWORD="${PGPASSWORD:-$(cat "$secrets/postgres")}"
for service in ${SERVICES:-submissions aggregation notifications audit}; do
  # The password goes by the environment, since every process of the machine can read arguments.
  PASSWORD=$(cat "$secrets/$service-db") \
    psql --username "${POSTGRES_USER:-postgres}" --dbname postgres --set ON_ERROR_STOP=1 --set service="$service" <<'SQL'
\getenv password PASSWORD
select format('create role %I login', :'service')
  where not exists (select from pg_roles where rolname = :'service') \gexec
alter role :"service" password :'password';
select format('create database %I owner %I', :'service', :'service')
  where not exists (select from pg_database where datname = :'service') \gexec
revoke connect, temporary on database :"service" from public;
SQL
done
