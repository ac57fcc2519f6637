"""Bodies of requests. Decimals are strings; instants are UTC."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from shared.events import Status
from submissions.http.parse import read_confirmed, read_report
from submissions.rules.revision import Report

Value = Annotated[
    str | int | float | None,
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]}),
]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ObservationBody(Body):
    measure: str = Field(description="a data element of the form, such as n_live_births_male")
    value: Value = None
    disaggregation: dict[str, str] = Field(default_factory=dict, max_length=8)
    status: Status = "final"
    note: str | None = None


def _confirmed(raw: Any) -> Any:
    """The same rule as of a report; one fault names all that is wrong."""
    known, wrong = read_confirmed(raw)
    if wrong:
        vi, en = (" ".join(getattr(one.text, language) for one in wrong) for language in ("vi", "en"))
        raise PydanticCustomError("unknown_confirmation", "refused", {"vi": vi, "en": en})
    return sorted(known)


Confirmed = Annotated[
    list[Literal["personal_data"]],
    BeforeValidator(_confirmed),
    Field(default_factory=list, description="what looked wrong and the sender has looked at again"),
]


class SubmissionBody(Body):
    observations: list[ObservationBody]
    narrative: dict[str, str] = Field(default_factory=dict)
    evidence: list[str] = Field(default_factory=list, description="document numbers or addresses")
    reason: str | None = Field(None, description="why the revision before is corrected; required from revision 2 on")
    confirmed: Confirmed

    _raw: dict[str, Any] = PrivateAttr(default_factory=dict)

    @model_validator(mode="wrap")
    @classmethod
    def as_sent(cls, raw: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """The fields only document: `read_report` checks them beside the figures, so that one answer tells all."""
        if not isinstance(raw, dict):
            return handler(raw)
        body = handler({"observations": []})
        body._raw = raw
        return body

    def report(self, *, illustrative: bool) -> Report:
        return read_report(self._raw, illustrative=illustrative)


class OpeningBody(Body):
    period: str = Field(description="2026 opens the yearly forms, 2026-Q3 the quarterly ones")


class DecisionBody(Body):
    decision: Literal["accept", "return"]
    reason: str | None = Field(None, description="required to return")
    confirmed: Confirmed


class WithdrawalBody(Body):
    reason: str
    confirmed: Confirmed
