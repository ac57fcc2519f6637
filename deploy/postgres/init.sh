#!/bin/sh
# Two roles and a database per service, closed to the others: one owns it and all that is in it, the other serves with
# what `migrate` grants it on the tables (docs/decisions/0033). On an empty data directory the image runs it; run again, it
# takes over passwords that have changed:
#   docker compose --env-file deploy/.env exec postgres sh /docker-entrypoint-initdb.d/10-services.sh
set -eu
secrets="${SECRETS:-/run/secrets}"
export PGPASSWORD="${PGPASSWORD:-$(cat "$secrets/postgres")}"
for service in ${SERVICES:-submissions aggregation notifications audit}; do
  # The password goes by the environment, since every process of the machine can read arguments.
  PASSWORD=$(cat "$secrets/$service-db") OWNER_PASSWORD=$(cat "$secrets/$service-owner-db") \
    psql --username "${POSTGRES_USER:-postgres}" --dbname postgres --set ON_ERROR_STOP=1 --set service="$service" \
    --set owner="${service}_owner" <<'SQL'
\getenv password PASSWORD
\getenv owner_password OWNER_PASSWORD
select format('create role %I login', role) from unnest(array[:'service', :'owner']) as role
  where not exists (select from pg_roles where rolname = role) \gexec
alter role :"service" password :'password';
alter role :"owner" password :'owner_password';
select format('create database %I owner %I', :'service', :'owner')
  where not exists (select from pg_database where datname = :'service') \gexec
revoke connect, temporary on database :"service" from public;
\connect :"service"
-- An installation from before there were two roles; `migrate` then gives the one that serves its rights back.
reassign owned by :"service" to :"owner";
-- Behind it: the database, too, may have been the service's, and what an owner is granted goes with it to the next.
grant connect on database :"service" to :"service";
SQL
done
