"""Why the log may be believed: the chain of each source, and who has signed what of it."""
