"""Reads a seed file: the records that a new sandbox begins with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from reconcile.sandbox import moments, money
from reconcile.sandbox.wire import Stage

Instant = Annotated[str, AfterValidator(moments.normalised)]


class SeedError(ValueError):
    """The seed cannot be used; the message is one sentence that says where and why."""


class _Model(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")


class Organisation(_Model):
    """The vendor: its company currency, and what statements and comments depend on."""

    name: str = "Sandbox"
    currency: str = "USD"
    billing_complete: bool = True
    team: list[str] = []


class SeedPartner(_Model):
    """A partner; members that the seed leaves out get plain values."""

    id: str = Field(min_length=1)
    name: str
    domain: str | None = None
    external_id: str | None = None
    details: dict[str, Any] = {}
    created_at: Instant
    updated_at: Instant


class SeedBatch(_Model):
    """A batch: one period, at most one payout per partner."""

    id: str = Field(min_length=1)
    period_start: Instant
    period_end: Instant
    created_at: Instant


class SeedPayout(_Model):
    """A payout without its amount, which follows from its lines."""

    id: str = Field(min_length=1)
    partner_id: str
    batch_id: str
    period_start: Instant
    period_end: Instant
    stage: Stage
    po_number: str | None = None
    metadata: str | None = None
    created_at: Instant
    updated_at: Instant


class SeedLine(_Model):
    """A line without its status, which follows from its payout; `voidReason` marks a declined one."""

    id: str = Field(min_length=1)
    partner_id: str
    payout_id: str | None = None
    description: str | None = None
    amount: str
    source_amount: str | None = None
    currency: str
    plan_name: str | None = None
    period_end: Instant | None = None
    note: str | None = None
    void_reason: str | None = None
    created_at: Instant
    updated_at: Instant


class Seed(_Model):
    """All records of a seed file. `named` is for people and tests; the sandbox does not read it."""

    organisation: Organisation = Organisation()
    rates: dict[str, str] = {}
    named: dict[str, str] = {}
    partners: list[SeedPartner] = []
    batches: list[SeedBatch] = []
    payouts: list[SeedPayout] = []
    lines: list[SeedLine] = []


def read_seed(path: Path) -> Seed:
    """Read and check a seed file; raises SeedError."""
    try:
        seed = Seed.model_validate_json(path.read_bytes())
    except OSError as error:
        raise SeedError(f"The seed {path} cannot be read: {error.strerror}.") from error
    except ValidationError as error:
        raise SeedError(f"The seed {path} is not valid: {_first(error)}.") from error
    return _checked(seed, str(path))


def make_seed(members: Mapping[str, Any]) -> Seed:
    """Check a seed that is given as a mapping instead of a file; raises SeedError."""
    try:
        return _checked(Seed.model_validate(members), "given")
    except ValidationError as error:
        raise SeedError(f"The seed is not valid: {_first(error)}.") from error


def _first(error: ValidationError) -> str:
    """Name the place and the fault of the first error; one is enough to go and look."""
    first = error.errors(include_url=False)[0]
    return f"{'.'.join(str(part) for part in first['loc']) or 'the file'}: {first['msg']}"


def _checked(seed: Seed, name: str) -> Seed:
    for complaint in _complaints(seed):
        raise SeedError(f"The seed {name} is not valid: {complaint}.")
    return seed


def _complaints(seed: Seed) -> Iterable[str]:
    """Check what spans records: ids that repeat, references that lead nowhere, rates, amounts."""
    known = {"partner": _ids(seed.partners), "batch": _ids(seed.batches), "payout": _ids(seed.payouts)}
    for kind, counted in (*known.items(), ("line", _ids(seed.lines))):
        yield from (f"the {kind} id {each} is used {n} times" for each, n in counted.items() if n > 1)
    for payout in seed.payouts:
        yield from _missing(known, payout.id, partner=payout.partner_id, batch=payout.batch_id)
    for line in seed.lines:
        yield from _missing(known, line.id, partner=line.partner_id, payout=line.payout_id)
    pairs = Counter((payout.batch_id, payout.partner_id) for payout in seed.payouts)
    yield from (
        f"{partner} has {times} payouts on {batch}" for (batch, partner), times in pairs.items() if times > 1
    )
    yield from _money_complaints(seed)


def _ids(
    records: Sequence[SeedPartner] | Sequence[SeedBatch] | Sequence[SeedPayout] | Sequence[SeedLine],
) -> Counter[str]:
    return Counter(record.id for record in records)


def _missing(known: Mapping[str, Mapping[str, int]], record_id: str, **wanted: str | None) -> Iterable[str]:
    for kind, other in wanted.items():
        if other is not None and other not in known[kind]:
            yield f"{record_id} names the unknown {kind} {other}"


def _money_complaints(seed: Seed) -> Iterable[str]:
    rated = {*seed.rates, seed.organisation.currency}
    for currency in rated:
        if money.decimals(currency) is None:
            yield f"{currency} is not an ISO 4217 currency with a minor unit"
    for line in seed.lines:
        if line.currency not in rated:
            yield f"line {line.id}: there is no rate for {line.currency}"
        try:
            money.parse_amount(line.amount, line.currency)
            money.parse(line.source_amount or "0")
        except ValueError as error:
            yield f"line {line.id}: {str(error).rstrip('.')}"


def exact_rates(seed: Seed) -> dict[str, Decimal]:
    """Give the rates into company currency, which is itself worth 1."""
    return {currency: Decimal(rate) for currency, rate in seed.rates.items()} | {
        seed.organisation.currency: Decimal(1)
    }
