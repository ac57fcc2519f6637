"""Real identity providers of others, and a service that takes their tokens."""
