"""A reminder as a mail: Vietnamese first, then English, as text and as HTML with the same facts."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import get_args
from uuid import UUID

from jinja2 import Environment, PackageLoader, StrictUndefined

from notifications.rules.naming import form_title, unit_text
from notifications.rules.obligation import TrackedObligation
from notifications.rules.reminder import Reminder
from notifications.rules.stage import RETURNED, days_left
from shared.calendar import VIETNAM, Holidays
from shared.catalogue import Catalogue
from shared.text import Language, figures
from shared.text.figures import last_day
from shared.text.messages import Messages
from shared.text.names import form_name, period_name

NAME = "Tiến Độ"
LANGUAGES: tuple[Language, ...] = get_args(Language)


def thread_root(obligation_id: UUID, domain: str) -> str:
    """All mails about one obligation refer to it, so that mail programs show them as one conversation."""
    return f"<obligation-{obligation_id}@{domain}>"


@dataclass(frozen=True, slots=True)
class MailPart:
    """The whole mail in one language."""

    lang: Language
    subject: str
    greeting: str
    what: str
    todo: str
    action: str
    url: str
    head: str | None
    footer: str


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """`kind` chooses the sentences; `short` is "Còn 20 ngày", `left` "còn 20 ngày (15 ngày làm việc)"."""

    kind: str
    short: str = ""
    left: str = ""
    last_day: str = ""


@dataclass(frozen=True, slots=True)
class Composer:
    """`task_url` has a place `{obligation_id}` for the page where the obligation is answered."""

    catalogue: Catalogue
    texts: Messages
    holidays: Holidays
    sender: str
    domain: str
    task_url: str

    def compose(
        self, message_id: str, reminder: Reminder, obligation: TrackedObligation, recipient: str, now: datetime
    ) -> EmailMessage:
        """The mail as it stands now: days left are counted from `now`, not from the planned day."""
        parts = [self._part(language, reminder, obligation, now) for language in LANGUAGES]
        mail = EmailMessage(policy=SMTP)
        mail["From"] = Address(NAME, addr_spec=self.sender)
        mail["To"] = Address(addr_spec=recipient)
        mail["Subject"] = parts[0].subject
        mail["Date"] = format_datetime(now.astimezone(VIETNAM))
        mail["Message-ID"] = message_id
        mail["References"] = mail["In-Reply-To"] = thread_root(obligation.obligation_id, self.domain)
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        mail["X-Tiendo-Reminder"] = str(reminder.id)
        mail.set_content(_render("reminder.txt", parts), cte="quoted-printable")
        mail.add_alternative(_render("reminder.html", parts), subtype="html", cte="quoted-printable")
        mail["Content-Language"] = "vi"  # last: set_content drops what begins with Content-
        return mail

    def _part(self, language: Language, reminder: Reminder, obligation: TrackedObligation, now: datetime) -> MailPart:
        time_left = self._time_left(language, reminder, obligation, now)
        values = {
            "unit": unit_text(self.catalogue, obligation.unit).in_(language),
            "form": form_name(obligation.form).in_(language),
            "title": form_title(self.catalogue, obligation.form).in_(language),
            "period": period_name(obligation.period, "short").in_(language),
            "short": time_left.short,
            "left": time_left.left,
            "last_day": time_left.last_day,
        }

        def say(key: str) -> str:
            return self.texts.plain(language, key, **values)

        return MailPart(
            lang=language,
            subject=say(f"mail.subject.{time_left.kind}"),
            greeting=say("mail.greeting"),
            what=say(f"mail.what.{time_left.kind}"),
            todo=say(f"mail.todo.{time_left.kind}"),
            action=say("mail.action"),
            url=self.task_url.format(obligation_id=obligation.obligation_id),
            head=say("mail.head") if reminder.role == "head" else None,
            footer=say("mail.footer"),
        )

    def _time_left(
        self, language: Language, reminder: Reminder, obligation: TrackedObligation, now: datetime
    ) -> TimeLeft:
        if obligation.due_at is None:
            return TimeLeft("returned_undated")
        last = last_day(obligation.due_at)
        days = days_left(obligation.due_at, now)
        working = self.holidays.working_days_between(now.astimezone(VIETNAM).date(), last) if days > 0 else None
        kind = RETURNED if reminder.stage == RETURNED else "missed" if days < 0 else "approaching"
        short, left = (figures.days_left(days, count).in_(language) for count in (None, working))
        return TimeLeft(kind, short[:1].upper() + short[1:], left, figures.day(last))


def _render(template: str, parts: list[MailPart]) -> str:
    return _TEMPLATES.get_template(template).render(parts=parts)


_TEMPLATES = Environment(
    loader=PackageLoader("notifications.channels.email"),
    autoescape=lambda name: bool(name and name.endswith(".html")),  # noqa: S701  # off for the plain part only
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
