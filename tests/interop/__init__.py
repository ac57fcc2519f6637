"""What others' software makes of our events, documents and addresses (`make test-interop`)."""
