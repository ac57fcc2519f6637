"""How pages call a form of a period: the same words in headings, titles, breadcrumbs and lists."""

from shared.text import Text
from shared.text.names import period_name
from submissions.rules.form import FormRules


def form_title(rules: FormRules, period: str) -> Text:
    """“B01-XA: Báo cáo của xã năm 2026”."""
    name = period_name(period, "short")
    return Text(f"{rules.code}: {rules.title.vi} {name.vi}", f"{rules.code}: {rules.title.en} {name.en}")


def period_title(period: str) -> Text:
    """The period alone, in a column of its own: “quý III năm 2026”."""
    return period_name(period, "long")
