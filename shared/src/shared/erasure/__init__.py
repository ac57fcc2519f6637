"""A person's words are erased when the person asks for it (docs/decisions/0034): `python -m SERVICE erase`."""
