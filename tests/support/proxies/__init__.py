"""What stands between in an installation: Caddy before the services, PgBouncer before PostgreSQL."""
