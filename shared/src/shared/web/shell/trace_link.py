"""A trace id as every page shows it: a link to the trace where `TRACE_URL` says how it is looked at."""

import re

from markupsafe import Markup

from shared.text import figures

TRACE_ID = re.compile(r"[0-9a-f]{32}")


def trace_link(address: str | None, trace_id: str | None) -> Markup:
    """`address` has a place `{trace_id}`. What is no trace id, or has no address to lead to, is shown as it is."""
    shown = Markup("<code>{}</code>").format(trace_id or figures.NONE)
    if address is None or trace_id is None or not TRACE_ID.fullmatch(trace_id):
        return shown
    return Markup('<a href="{}">{}</a>').format(address.replace("{trace_id}", trace_id), shown)
