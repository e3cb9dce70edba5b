"""Types of the members on the wire: stages, decimal strings, instants, texts."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema
from pydantic.alias_generators import to_camel

from reconcile.sandbox import moments, money


class Stage(StrEnum):
    """The eleven payout stages, in the order of the specification (introw-api.md 3.1)."""

    DRAFT = "DRAFT"
    PENDING_REVIEW = "PENDING_REVIEW"
    PENDING_INVOICE = "PENDING_INVOICE"
    APPROVED = "APPROVED"
    SCHEDULED = "SCHEDULED"
    PENDING_PAYMENT = "PENDING_PAYMENT"
    PAID = "PAID"
    DECLINED = "DECLINED"
    POSTPONED = "POSTPONED"
    BLOCKED = "BLOCKED"
    FAILED = "FAILED"


def _decimal_string(text: str) -> str:
    money.parse(text)
    return text


def _whole_characters(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("Contains half a character (a lone surrogate).") from error
    return text


_DECIMAL = {"type": "string", "pattern": r"^-?[0-9]{1,12}(\.[0-9]{1,12})?$"}
DecimalText = Annotated[str, AfterValidator(_decimal_string), WithJsonSchema(_DECIMAL)]
Instant = Annotated[
    str, AfterValidator(moments.normalised), WithJsonSchema({"type": "string", "format": "date-time"})
]
Text = Annotated[str, AfterValidator(_whole_characters)]
Id = Annotated[Text, Field(min_length=1)]
Currency = Annotated[Text, Field(min_length=3, max_length=3)]
Text2000 = Annotated[Text, Field(max_length=2000)]


class Wire(BaseModel):
    """A shape whose members travel in camelCase."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)
