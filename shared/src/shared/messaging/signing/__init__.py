"""Signed events: a relay signs what it sends, whoever reads refuses what its source has not signed."""
