"""The authorities whose certificates are trusted: those of a file (PEM), or the system's own."""

import ssl
from pathlib import Path


def trusting(file: Path | None) -> ssl.SSLContext:
    """Checks certificate and name of a server. Raises OSError (an SSLError is one)."""
    return ssl.create_default_context(cafile=file)


def authorities_fault(name: str, file: Path) -> str | None:
    """Why the file that the variable `name` names is of no use, or None."""
    try:
        trusting(file)
    except OSError as error:
        return f"{name}: {file} is of no use for TLS ({getattr(error, 'reason', None) or type(error).__name__})"
    return None


def public_authorities() -> str:
    """The file of the system's own, which Python reads by itself: libpq's wheel looks where nothing is."""
    return ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt"
