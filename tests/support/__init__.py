"""How the tests are run: what they share, and which of them need no server."""
