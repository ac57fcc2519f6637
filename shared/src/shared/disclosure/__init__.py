"""Who may read which figure: one policy for every service, page, event, export and log (docs/decisions/0028)."""

from shared.disclosure.event_document import disclosed_data, disclosed_document
from shared.disclosure.policy import SMALL, DisclosurePolicy, is_small, withheld_words

__all__ = ["SMALL", "DisclosurePolicy", "disclosed_data", "disclosed_document", "is_small", "withheld_words"]
