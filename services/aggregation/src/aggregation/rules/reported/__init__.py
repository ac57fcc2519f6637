"""What events say of reports: one event's gist, and a batch of them folded."""
