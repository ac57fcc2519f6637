"""The keys that tokens are checked with: of a file, or of a provider that is asked."""
