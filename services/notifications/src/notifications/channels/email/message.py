"""A reminder as a mail: Vietnamese first, then English, as text and as HTML with the same facts."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, get_args
from uuid import UUID

from jinja2 import Environment, PackageLoader, StrictUndefined

from notifications.rules.naming import form_name, form_title, period_name, unit_text
from notifications.rules.obligation import Duty
from notifications.rules.reminder import Reminder
from notifications.rules.stage import RETURNED, days_left, last_day
from shared.calendar import Holidays
from shared.catalogue import Catalogue
from shared.clock import VIETNAM
from shared.text import Language, figures
from shared.text.messages import Messages

NAME = "Tiến Độ"
TASK_PATH = "/obligations/{obligation_id}"
"""The page of submissions where a duty is answered."""
LANGUAGES: tuple[Language, ...] = get_args(Language)


def message_id(reminder_id: UUID, domain: str) -> str:
    """The same for every attempt, so that a mailbox can tell a second copy (RFC 5322 section 3.6.4)."""
    return f"<{reminder_id}@{domain}>"


def thread_root(obligation_id: UUID, domain: str) -> str:
    """All mails about one obligation refer to it, so that mail programs show them as one conversation."""
    return f"<obligation-{obligation_id}@{domain}>"


@dataclass(frozen=True, slots=True)
class Composer:
    """`task_url` has a place `{obligation_id}` for the page where the duty is answered."""

    catalogue: Catalogue
    messages: Messages
    holidays: Holidays
    sender: str
    domain: str
    task_url: str

    def compose(self, reminder: Reminder, duty: Duty, recipient: str, now: datetime) -> EmailMessage:
        """The mail as it stands now: days left are counted from `now`, not from the planned day."""
        parts = [self._part(language, reminder, duty, now) for language in LANGUAGES]
        mail = EmailMessage(policy=SMTP)
        mail["From"] = Address(NAME, addr_spec=self.sender)
        mail["To"] = Address(addr_spec=recipient)
        mail["Subject"] = parts[0]["subject"]
        mail["Date"] = format_datetime(now.astimezone(VIETNAM))
        mail["Message-ID"] = message_id(reminder.id, self.domain)
        mail["References"] = mail["In-Reply-To"] = thread_root(duty.obligation_id, self.domain)
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        mail["X-Tiendo-Reminder"] = str(reminder.id)
        mail.set_content(_render("reminder.txt", parts), cte="quoted-printable")
        mail.add_alternative(_render("reminder.html", parts), subtype="html", cte="quoted-printable")
        mail["Content-Language"] = "vi"  # last: set_content drops what begins with Content-
        return mail

    def _part(self, language: Language, reminder: Reminder, duty: Duty, now: datetime) -> dict[str, Any]:
        def say(key: str, **values: object) -> str:
            return self.messages.plain(language, key, **values)

        facts = {
            "unit": unit_text(self.catalogue, duty.unit).in_(language),
            "form": form_name(self.catalogue, duty.form).in_(language),
            "title": form_title(self.catalogue, duty.form).in_(language),
            "period": period_name(duty.period).in_(language),
        }
        kind, short, facts["left"], facts["last_day"] = self._when(language, reminder, duty, now)
        return {
            "lang": language,
            "subject": say(f"mail.subject.{kind}", **facts, short=short),
            "greeting": say("mail.greeting", **facts),
            "what": say(f"mail.what.{kind}", **facts),
            "todo": say(f"mail.todo.{kind}", **facts),
            "action": say("mail.action", **facts),
            "url": self.task_url.format(obligation_id=duty.obligation_id),
            "head": say("mail.head", **facts) if reminder.role == "head" else None,
            "footer": say("mail.footer", **facts),
        }

    def _when(self, language: Language, reminder: Reminder, duty: Duty, now: datetime) -> tuple[str, str, str, str]:
        """Kind of mail, "Còn 20 ngày", "còn 20 ngày (15 ngày làm việc)", and the last day in time."""
        if duty.due_at is None:
            return "returned_undated", "", "", ""
        last = last_day(duty.due_at)
        days = days_left(duty.due_at, now)
        working = self.holidays.working_days_between(now.astimezone(VIETNAM).date(), last) if days > 0 else None
        kind = RETURNED if reminder.stage == RETURNED else "missed" if days < 0 else "approaching"
        short, full = (figures.days_left(days, count).in_(language) for count in (None, working))
        return kind, short[:1].upper() + short[1:], full, figures.day(last)


def _render(template: str, parts: list[dict[str, Any]]) -> str:
    return _TEMPLATES.get_template(template).render(parts=parts)


_TEMPLATES = Environment(
    loader=PackageLoader("notifications.channels.email"),
    autoescape=lambda name: bool(name and name.endswith(".html")),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
