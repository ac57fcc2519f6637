"""What is written of a mail's headers is what is read."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

from hypothesis import given
from hypothesis import strategies as st

from notifications.channels.email.policy import MAIL
from shared.catalogue import Catalogue

WORDS = st.text(st.sampled_from("ạ–êB1 ngày"), min_size=1, max_size=60).map(lambda said: " ".join(said.split()))


def sent_and_read(subject: str) -> str:
    mail = EmailMessage(policy=MAIL)
    mail["Subject"] = subject
    written = mail.as_bytes()
    assert max(map(len, written.splitlines())) <= 78 and written.isascii()
    return str(message_from_bytes(written, policy=SMTP)["Subject"])


def test_a_subject_keeps_its_blanks_for_every_form_and_unit(catalogue: Catalogue) -> None:
    assert all(form.isascii() for form in catalogue.forms)  # then a fold hangs on the length of a code alone
    for form in {len(form): form for form in catalogue.forms}.values():
        for unit in catalogue.units.values():
            subject = f"[Tiến Độ] Còn 7 ngày: Biểu {form} năm 2026 – {unit.name_vi}"
            assert sent_and_read(subject) == subject


@given(WORDS.filter(bool))
def test_any_subject_is_read_as_it_was_written(subject: str) -> None:
    assert sent_and_read(subject) == subject


def test_a_plain_subject_stays_as_it_is() -> None:
    mail = EmailMessage(policy=MAIL)
    mail["Subject"] = "Deadline"
    assert mail.as_bytes().startswith(b"Subject: Deadline\r\n")


def test_no_mail_makes_classes_of_its_own() -> None:
    one, other = EmailMessage(policy=MAIL), EmailMessage(policy=MAIL)
    one["Subject"], other["subject"] = "Một", "Hai"
    assert type(one["Subject"]) is type(other["Subject"])
