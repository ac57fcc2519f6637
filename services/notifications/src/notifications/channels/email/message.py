"""A reminder as a mail: Vietnamese first, then English, as text and as HTML with the same facts."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import get_args

from jinja2 import Environment, PackageLoader, StrictUndefined

from notifications.channels.channel import Notice
from notifications.channels.email.policy import MAIL
from notifications.rules.naming import form_title, unit_text
from notifications.rules.stage import RETURNED, days_left
from shared.calendar import VIETNAM, Holidays
from shared.catalogue import Catalogue
from shared.text import Language, figures
from shared.text.figures import last_day
from shared.text.messages import Messages
from shared.text.names import form_name, period_name
from shared.text.words import DIRECTION

NAME = "Tiến Độ"
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True)
class MailPart:
    """The whole mail in one language."""

    lang: Language
    subject: str
    greeting: str
    what: str
    reason: str | None
    reason_there: str | None
    todo: str
    action: str
    url: str
    recipients: str | None
    contact: str | None
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

    def compose(self, message_id: str, notice: Notice) -> EmailMessage:
        """The mail as it stands now: days left are counted from `notice.now`, not from the planned day.

        It answers the first mail about its obligation, so that mail programs show them as one conversation; the first
        one answers none. An answer goes to the coordinator, where an address of theirs is known.
        """
        parts = [self._part(language, notice) for language in LANGUAGES]
        mail = EmailMessage(policy=MAIL)
        mail["From"] = Address(NAME, addr_spec=self.sender)
        mail["To"] = Address(addr_spec=notice.address)
        if notice.reply_address is not None:
            mail["Reply-To"] = Address(addr_spec=notice.reply_address)
        mail["Subject"] = parts[0].subject
        mail["Date"] = format_datetime(notice.now.astimezone(VIETNAM))
        mail["Message-ID"] = message_id
        if notice.first_message_id is not None:
            mail["References"] = mail["In-Reply-To"] = notice.first_message_id
        mail["Auto-Submitted"] = "auto-generated"
        mail["X-Auto-Response-Suppress"] = "All"
        mail["X-Tiendo-Reminder"] = str(notice.reminder.id)
        mail.set_content(_render("reminder.txt", parts), cte="quoted-printable")
        mail.add_alternative(_render("reminder.html", parts), subtype="html", cte="quoted-printable")
        mail["Content-Language"] = "vi"  # last: set_content drops what begins with Content-
        return mail

    def _part(self, language: Language, notice: Notice) -> MailPart:
        obligation = notice.obligation
        time_left = self._time_left(language, notice)
        values = {
            "unit": unit_text(self.catalogue, obligation.unit).in_(language),
            "form": form_name(obligation.form).in_(language),
            "title": form_title(self.catalogue, obligation.form).in_(language),
            "period": period_name(obligation.period, "short").in_(language),
            "short": time_left.short,
            "left": time_left.left,
            "last_day": time_left.last_day,
        }

        def say(key: str, **more: str) -> str:
            return self.texts.plain(language, key, **values, **more)

        returned = notice.reminder.stage == RETURNED

        return MailPart(
            lang=language,
            subject=say(f"mail.subject.{time_left.kind}"),
            greeting=say("mail.greeting"),
            what=say(f"mail.what.{time_left.kind}"),
            reason=say("mail.reason", reason=shown_text(notice.reason)) if returned and notice.reason else None,
            reason_there=say("mail.reason_there") if returned and not notice.reason else None,
            todo=say(f"mail.todo.{time_left.kind}"),
            action=say("mail.action"),
            url=self.task_url.format(obligation_id=obligation.obligation_id),
            recipients=_recipients(notice, say),
            contact=self._contact(language, notice),
            footer=say("mail.footer"),
        )

    def _contact(self, language: Language, notice: Notice) -> str | None:
        """Whom to ask: the coordinator, by an answer to this mail where their address is known."""
        if notice.coordinator is None:
            return None
        unit = unit_text(self.catalogue, notice.coordinator).in_(language)
        if notice.reply_address is None:
            return self.texts.plain(language, "mail.contact_unit", unit=unit)
        return self.texts.plain(language, "mail.contact", unit=unit, address=notice.reply_address)

    def _time_left(self, language: Language, notice: Notice) -> TimeLeft:
        obligation, now = notice.obligation, notice.now
        if obligation.due_at is None:
            return TimeLeft("returned_undated")
        last = last_day(obligation.due_at)
        days = days_left(obligation.due_at, now)
        working = self.holidays.working_days_between(now.astimezone(VIETNAM).date(), last) if days > 0 else None
        kind = RETURNED if notice.reminder.stage == RETURNED else "missed" if days < 0 else "approaching"
        short, left = (figures.days_left(days, count).in_(language) for count in (None, working))
        return TimeLeft(kind, short[:1].upper() + short[1:], left, figures.day(last))


def _recipients(notice: Notice, say: Callable[[str], str]) -> str | None:
    """Why this address gets it, where that is not plain."""
    if len(notice.roles) > 1:
        return say("mail.both")
    return say("mail.head") if notice.roles == ("head",) else None


def shown_text(typed: str) -> str:
    """What a person typed, without characters that steer a terminal or turn the direction of what follows."""
    return "".join(c for c in typed if c == "\n" or (unicodedata.category(c) != "Cc" and c not in DIRECTION)).strip()


def _render(template: str, parts: list[MailPart]) -> str:
    return _TEMPLATES.get_template(template).render(parts=parts)


_TEMPLATES = Environment(
    loader=PackageLoader("notifications.channels.email"),
    autoescape=lambda name: bool(name and name.endswith(".html")),  # noqa: S701  # off for the plain part only
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
