"""A database that went back: noticed, told and healed (docs/decisions/0030-restore.md)."""
