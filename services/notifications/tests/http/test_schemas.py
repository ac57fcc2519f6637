"""What is taken and answered about contacts, by clients of yesterday and of today."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from notifications.http.schemas import ContactIn, ContactItem
from notifications.rules.contact import Contact


def test_yesterdays_client_names_the_address_email() -> None:
    body = ContactIn.model_validate({"role": "reporter", "email": " a@b.example "})
    assert (body.given_address, body.channel) == (("email", "a@b.example"), None)


def test_todays_client_names_channel_and_address() -> None:
    body = ContactIn.model_validate({"role": "head", "channel": "sms", "address": "0900000000"})
    assert (body.given_address, body.channel) == (("address", "0900000000"), "sms")


@pytest.mark.parametrize(
    "address",
    [{}, {"email": "a@b.example", "address": "a@b.example"}, {"email": "a@b.example", "channel": "sms"}],
)
def test_one_address_is_needed(address: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="One address is needed"):
        ContactIn.model_validate({"role": "head"} | address)


@pytest.mark.parametrize(("channel", "email"), [("email", "x"), ("sms", "")])
def test_the_member_email_holds_addresses_of_that_channel_only(channel: str, email: str) -> None:
    contact = Contact("SO_Y_TE", "head", channel, "x", "p", datetime(2026, 1, 1, tzinfo=UTC))
    item = ContactItem.of(contact)
    assert (item.channel, item.address, item.email) == (channel, "x", email)
