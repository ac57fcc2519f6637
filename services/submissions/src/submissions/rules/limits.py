"""How much a report may hold. Generous for an office, small enough that an event stays below 1 MB."""

OBSERVATIONS = 500
NOTE = 500
NARRATIVES = 20
NARRATIVE = 20_000
EVIDENCE = 20
EVIDENCE_ITEM = 500
REASON = 2_000
DIMENSIONS = 8  # of one observation
UNKNOWN_KEYS = 8  # of one object that an error names
SHOWN = 60  # how much of a wrong text an error repeats
