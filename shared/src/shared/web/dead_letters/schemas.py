"""Dead letters as the API tells them."""

import base64
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from shared.messaging.dead_letter import Letter, Outcome, State
from shared.messaging.signing.signature import HEADER as SIGNATURE
from shared.web.words import as_kept

MAX_TEXT_BYTES = 64 * 1024
MAX_AT_ONCE = 200

Note = Annotated[str, AfterValidator(as_kept), StringConstraints(min_length=5, max_length=500)]


class LetterItem(BaseModel):
    """`key` and the values of headers are base64. `size` is null where the letter holds no value."""

    id: int
    state: State
    outcome: Outcome | None
    topic: str
    partition: int
    offset: int
    timestamp: datetime | None = Field(description="the record's own time")
    key: str | None
    headers: list[tuple[str, str | None]]
    event_id: str | None
    type: str | None = Field(description="as the bytes say, also where they are no event")
    source: str | None
    reason: str
    created_at: datetime
    attempts: int = Field(description="replays that were tried")
    resolved_at: datetime | None
    resolved_by: str | None = Field(description="opaque subject of the token")
    note: str | None = Field(description="why it was discarded")
    size: int | None = Field(description="bytes of the value")

    @classmethod
    def of(cls, letter: Letter) -> "LetterItem":
        """Without the signature: its hashes would tell figures. The whole letter has it."""
        given = {name: getattr(letter, name) for name in LetterItem.model_fields if name != "key"}
        given["headers"] = [header for header in given["headers"] if header[0] != SIGNATURE]
        return cls(key=encoded(letter.key), **given)


class LetterList(BaseModel):
    items: list[LetterItem]
    next: str | None


class LetterDetail(LetterItem):
    """`withheld`: for ops, who read envelopes: there are no exact bytes, and `text` is without figures and hashes."""

    value: str | None = Field(description="base64 of the exact bytes")
    text: str | None = Field(description="the first 64 KiB as UTF-8, what is none replaced")
    withheld: bool

    @classmethod
    def whole(cls, letter: Letter, value: bytes | None) -> "LetterDetail":
        item = _item(letter) | {"headers": letter.headers}
        return cls(**item, value=encoded(value), text=readable(value), withheld=False)

    @classmethod
    def envelope(cls, letter: Letter, text: str | None) -> "LetterDetail":
        return cls(**_item(letter), value=None, text=text, withheld=True)


class Replayed(BaseModel):
    id: int
    state: State
    outcome: Outcome


class Discarded(BaseModel):
    id: int
    state: State


class DiscardIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    reason: Note = Field(description="stays in this database; no event tells it")
    confirmed: list[Literal["personal_data"]] = Field(
        [], max_length=8, description="`personal_data`: what looks like it in the reason is nobody's"
    )


class ReplayIn(BaseModel):
    """Which letters; what is left out filters nothing."""

    model_config = ConfigDict(extra="forbid")
    state: State = Field("open", description="open, or discarded to take them up again")
    topic: str | None = Field(None, max_length=249)
    type: str | None = Field(None, max_length=200)
    reason: str | None = Field(None, min_length=1, max_length=500, description="a part of the reason's text")
    limit: int = Field(100, ge=1, le=MAX_AT_ONCE)
    cursor: str | None = Field(None, max_length=1000, description="`next` of the answer before")


class ReplayResult(BaseModel):
    """`reason` is set for a letter that was not applied and stays in its state: what today's code said, or a code."""

    id: int
    state: State
    outcome: Outcome | None
    reason: str | None


class ReplayResults(BaseModel):
    items: list[ReplayResult]
    next: str | None


def _item(letter: Letter) -> dict[str, Any]:
    return LetterItem.of(letter).model_dump()


def encoded(value: bytes | None) -> str | None:
    return None if value is None else base64.b64encode(value).decode()


def readable(value: bytes | None) -> str | None:
    return None if value is None else value[:MAX_TEXT_BYTES].decode(errors="replace")
