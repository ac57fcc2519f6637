"""What events say of reports: one event's gist, a batch of them folded, and how observations are kept."""
