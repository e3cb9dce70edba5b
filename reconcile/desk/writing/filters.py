"""The filters by which a template prints a value. Each reads how the page writes from its context.

An amount stands in `<data>` with its plain number, which is what a copy takes; a moment or a day in `<time>`.
Both name their language, since the words of the page are English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from reconcile.desk.page_words import stage_named
from reconcile.desk.writing.page_writing import PageWriting, moment_of
from reconcile.domain.money import recorded_amount, shown_amount
from reconcile.domain.phrases import AS_RECORDED
from reconcile.domain.stage import stage_of
from reconcile.report import words
from reconcile.report.model import Change

_NUMBER: Final = re.compile(r"([+-]?[0-9]{1,3}(?:,[0-9]{3})*(?:\.[0-9]+)?)(%?)((?: [A-Z]{3})?)")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(_DAY.pattern + r" [0-9]{2}:[0-9]{2} UTC")
_TIME: Final = Markup('<time datetime="{}"{}>{}</time>')


def _of(context: Context) -> PageWriting:
    writing = context["writing"]
    assert isinstance(writing, PageWriting)
    return writing


def _number(writing: PageWriting, recorded: str) -> Markup:
    """A number that is written as in the record, as the page writes it.

    Put together by hand, since a page may have a hundred thousand: by `Markup.format` it takes twice as long.
    """
    value = recorded.replace(",", "").removeprefix("+")
    shown = escape(writing.number(recorded))
    return Markup(f'<data value="{value}"{writing.of_number}>{shown}</data>')  # noqa: S704  digits and signs


def _time(writing: PageWriting, machine: str, shown: str) -> Markup:
    return _TIME.format(machine, Markup(writing.of_day), shown)  # noqa: S704  a tag of CLDR


@pass_context
def amount(context: Context, value: Decimal | str, currency: str) -> Markup:
    """An amount with the decimals of its currency. value: text of a decimal, where it was kept."""
    return _number(_of(context), shown_amount(recorded_amount(value), currency))


@pass_context
def signed(context: Context, value: Decimal, currency: str) -> Markup:
    """The same with its sign: `+12.50`."""
    return _number(_of(context), AS_RECORDED.signed(value, currency))


@pass_context
def count(context: Context, value: int) -> Markup:
    """A whole number."""
    return _number(_of(context), AS_RECORDED.count(value))


@pass_context
def counted(context: Context, number: int, noun: str, plural: str = "") -> str:
    """`1 change`, `1,234 changes`."""
    return _of(context).sentences.counted(number, noun, plural)


@pass_context
def written(context: Context, text: object) -> str:
    """A value that a job wrote as the record does: an amount with or without currency, a share, a moment.

    Any other text is as it is. Only for places that hold such values, never for what a person typed.
    """
    writing, own = _of(context), text if isinstance(text, str) else str(text)
    if found := _NUMBER.fullmatch(own):
        return _number(writing, found[1]) + found[2] + found[3]
    when = moment_of(own.removesuffix(" UTC")) if _DAY.match(own) else None
    if when and _DAY.fullmatch(own):
        return _time(writing, own, writing.day(when))
    if when and _MOMENT.fullmatch(own):
        return moment(context, when.replace(tzinfo=UTC))
    return own


@pass_context
def moment(context: Context, at: datetime | str) -> str:
    """A moment with its zone."""
    writing, when = _of(context), moment_of(at)
    shown = writing.moment(at)
    return _time(writing, f"{when:%Y-%m-%dT%H:%MZ}", shown) if when else shown


@pass_context
def at(context: Context, seconds: int) -> str:
    """A moment that is kept in seconds since 1970."""
    found: str = moment(context, datetime.fromtimestamp(seconds, UTC))
    return found


@pass_context
def before(context: Context, change: Change) -> str:
    """The old value of a change."""
    return _of_stage(change, words.before_of(change, _of(context).sentences))


@pass_context
def after(context: Context, change: Change) -> str:
    """The new value of a change."""
    return _of_stage(change, words.after_of(change, _of(context).sentences))


@pass_context
def values(context: Context, of: Mapping[str, str | None] | None) -> str:
    """Several fields with their values."""
    return stage_named(words.shown_values(of, _of(context).sentences))


def _of_stage(change: Change, value: str) -> str:
    """The value; a stage by its name."""
    return stage_of(value).label if change.field == "stage" else value


FILTERS: Final[dict[str, Callable[..., object]]] = {
    one.__name__: one for one in (amount, signed, count, counted, written, moment, at, before, after, values)
}
