"""What a page may load, and where its forms may lead."""

from collections.abc import Iterable
from urllib.parse import urlsplit


def content_security_policy(form_action: Iterable[str] = ()) -> str:
    """`form_action`: addresses beside one's own to which the answer to a form may lead on; a browser holds a redirect
    against the page that sent the form."""
    others = {f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, form_action) if parts.netloc}
    places = " ".join(("'self'", *sorted(others)))
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self'; form-action {places}; base-uri 'none'; frame-ancestors 'none'"
    )
