"""How much a report may hold. Generous for an office, small enough that an event stays below 1 MB."""

OBSERVATIONS = 500
NOTE = 500
NARRATIVES = 20
NARRATIVE = 20_000
EVIDENCE = 20
EVIDENCE_ITEM = 500
REASON = 2_000
DIMENSIONS = 8  # of one observation
VIOLATIONS = 100  # after so many the observations that follow are not looked at: one answer tells no more
UNKNOWN_KEYS = 8  # of one object that an error names
SHOWN = 60  # how much of a wrong text an error repeats
LONG = 20_000  # characters of words in all: more are read in a thread
