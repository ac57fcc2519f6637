"""Whom each call and each page answers: one table, and the check that the routes ask for what it says."""

from shared.auth.rights.check import check_rights, routes_of
from shared.auth.rights.table import DEAD_LETTERS, PROVINCE, PUBLIC, RIGHTS, SHELL, Right

__all__ = ["DEAD_LETTERS", "PROVINCE", "PUBLIC", "RIGHTS", "SHELL", "Right", "check_rights", "routes_of"]
