"""The words that all renderings share: values, counts and sentences for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from decimal import Decimal

from reconcile.domain.fields import FIELD_LABELS, NEW_KINDS, RecordKind
from reconcile.domain.money import recorded_amount, shown_amount, totals
from reconcile.domain.phrases import AS_RECORDED, Writing
from reconcile.domain.unseen import ends_marked
from reconcile.plan.model import Action, Operation, Target, Workbook
from reconcile.plan.reliance import money_of, relied_amount, relied_lines
from reconcile.report.model import Change, Payout, Report, Why

LABELS = FIELD_LABELS
_AMOUNTS = ("amount", "source_amount")


def record_of(target: Target) -> str:
    """The record as people know it: one that is not made yet has no id."""
    return target.kind.value if target.kind in NEW_KINDS else target.id


def shown_value(value: str | None, currency: str = "", writing: Writing = AS_RECORDED) -> str:
    """A value for people: amounts with their currency, blanks named, spaces at the ends shown."""
    if value is None:
        return "(blank)"
    return (
        f"{writing.amount(recorded_amount(value), currency)} {currency}" if currency else ends_marked(value)
    )


def shown_values(values: Mapping[str, str | None] | None, writing: Writing = AS_RECORDED) -> str:
    """`Amount: 512.50 USD, Description: Referral`; `gone` for a record that is not there."""
    if values is None:
        return "gone"
    currency = values.get("currency") or ""
    shown = {
        LABELS.get(name, name): shown_value(value, currency if name in _AMOUNTS else "", writing)
        for name, value in values.items()
    }
    return ", ".join(f"{name}: {value}" for name, value in shown.items())


def signed(amount: Decimal, currency: str) -> str:
    """`+12.50`, `-407.50`; `0.00` for nothing."""
    return AS_RECORDED.signed(amount, currency)


def before_of(change: Change, writing: Writing = AS_RECORDED) -> str:
    """The old value; nothing for a new record."""
    if change.target.kind in NEW_KINDS:
        return ""
    return (
        shown_value(change.before, change.currency_before, writing)
        if change.before_known
        else "(not shown by the API)"
    )


def after_of(change: Change, writing: Writing = AS_RECORDED) -> str:
    """The new value."""
    return shown_value(change.after, change.currency, writing)


def notes_of(change: Change) -> tuple[str, ...]:
    """What to know about a change: where it comes from unless it is an edit, and what follows from it."""
    words = {
        change.why.value: change.why is not Why.EDIT,
        change.note: bool(change.note),
        f"reason: {change.reason}": bool(change.reason),
        f"the same in {', '.join(change.also)}": bool(change.also),
        "partner sees it": change.visible,
        "cleared": change.cleared,
        "cannot be undone by API": change.irreversible,
    }
    return tuple(text for text, holds in words.items() if holds)


def spots(report: Report) -> Callable[[str], str]:
    """How places are named: `Lines!F12`; with the file before it where there are several workbooks."""
    if len(report.workbooks) > 1:
        return str
    return lambda place: place.rpartition(", ")[2]


def operation_money(report: Report) -> Callable[[Operation], str]:
    """The amount that a request is about: of the line, before and after; of a payout, as forecast."""
    payouts = {one.payout_id: one for one in report.payouts}

    def shown(operation: Operation) -> str:
        before, after = operation.before, operation.after
        if before and after and before != after:
            return f"{before} → {after}"
        if money := after or before:
            return str(money)
        if operation.action is Action.CREATE_PAYOUT:
            relied = relied_lines(operation.relies_on).values()
            sums = totals(money for text in relied if (money := money_of(text)))
            return " + ".join(f"{shown_amount(amount, code)} {code}" for code, amount in sums.items())
        if operation.target.kind is RecordKind.LINE:
            return str(relied_amount(operation.relies_on) or "")
        payout = payouts.get(operation.target.payout_id)
        if payout is None or payout.amount_before is None:
            return ""
        amount = payout.amount_before if payout.amount_after is None else payout.amount_after
        return f"{shown_amount(amount, payout.currency)} {payout.currency}"

    return shown


def title_of(payout: Payout) -> str:
    """`Acme · 10,168.62 USD → 9,761.12 USD`."""
    if payout.payout_id is None or payout.amount_before is None:
        return f"{payout.partner_name} · " + (
            "pending pool" if payout.payout_id is None else payout.payout_id
        )
    before = f"{shown_amount(payout.amount_before, payout.currency)} {payout.currency}"
    name = f"{payout.partner_name} · {before}"
    if payout.amount_after is None:
        return f"{name} → depends on the server's exchange rate"
    if payout.amount_after == payout.amount_before:
        return name
    return f"{name} → {shown_amount(payout.amount_after, payout.currency)} {payout.currency}"


def facts(report: Report, writing: Writing = AS_RECORDED) -> tuple[tuple[str, str], ...]:
    """Where, which workbook, who and when."""
    several = len(report.workbooks) > 1
    return (
        ("Environment", str(report.environment)),
        *(fact for one in report.workbooks for fact in _workbook_facts(one, writing, several=several)),
        ("Compared", f"{writing.moment(report.made_at)} by {report.made_by}"),
        *_live_facts(report, writing),
        ("Plan fingerprint", report.plan_fingerprint[:16]),
        ("Approval", report.approval.summary),
        *(("Approval needed", rule) for rule in report.approval.rules),
    )


def _live_facts(report: Report, writing: Writing) -> Iterable[tuple[str, str]]:
    """How old live is, where an earlier reading of it served."""
    if report.live_at:
        minutes = (report.made_at - report.live_at) // timedelta(minutes=1)
        age = f"{writing.counted(minutes, 'minute')} before" if minutes else "less than a minute before"
        moved = "payouts that moved since were read again"
        yield "Live", f"as of {writing.moment(report.live_at)}, {age}; {moved}"


def _workbook_facts(workbook: Workbook, writing: Writing, *, several: bool) -> Iterable[tuple[str, str]]:
    if several:
        yield "Workbook", workbook.file
    export = workbook.export
    yield "Scope", str(export.scope)
    yield "Exported", f"{writing.moment(export.exported_at)} by {export.exported_by}"
    yield "Workbook id", export.workbook_id
    yield "Baseline", export.fingerprint[:16]


def headline(report: Report, writing: Writing = AS_RECORDED) -> tuple[str, ...]:
    """How much happens, and to whose money, to be read in ten seconds; the banner stands before it."""
    return (
        _happens(report, writing),
        *_money(report, writing),
        *_let_pass(report, writing),
        *_aside(report, writing),
        *_cost(report, writing),
    )


def _happens(report: Report, writing: Writing) -> str:
    count = report.headline
    if not count.operations:
        return "Nothing will be changed."
    first = f"{writing.counted(count.operations, 'operation')} on {writing.counted(count.payouts, 'payout')}"
    words = [
        writing.counted(count.edits, "edit"),
        *_some(writing, count.visible, "change that partners see", "changes that partners see"),
        *_some(writing, count.irreversible, "that the API cannot undo", "that the API cannot undo"),
        *_some(writing, count.cleared, "value cleared", "values cleared"),
    ]
    return f"{first}: {', '.join(words)}."


def _money(report: Report, writing: Writing) -> Iterable[str]:
    for one in report.currencies:
        if one.delta or one.live != one.exported:
            live, after = (writing.amount(amount, one.currency) for amount in (one.live, one.after))
            moved = writing.signed(one.delta, one.currency)
            yield f"{one.currency} lines: {live} live, {after} after ({moved})."


def _let_pass(report: Report, writing: Writing) -> Iterable[str]:
    if passed := report.gates_passed:
        names = ", ".join(gate.name for gate in passed)
        verb = "let" if report.run else "lets"
        yield f"A person {verb} {writing.counted(len(passed), 'safety limit')} pass: {names}."


def _aside(report: Report, writing: Writing) -> Iterable[str]:
    count = report.headline
    words = [
        *_some(writing, count.warnings, "warning"),
        *_some(writing, count.drifts, "movement upstream", "movements upstream"),
        *_some(writing, count.already_live, "edit already live", "edits already live"),
        *_some(writing, count.damaged, "damaged value"),
        *_some(writing, count.missing, "missing row"),
    ]
    if words:
        yield f"Also: {', '.join(words)}."


def _cost(report: Report, writing: Writing) -> Iterable[str]:
    count = report.headline
    # A run is over: what it took and when it ended stands with its outcomes.
    if count.operations and report.run is None:
        calls, credits_ = writing.counted(count.calls, "API call"), writing.counted(count.credits, "credit")
        minutes, end = writing.counted(-(-count.seconds // 60), "minute"), writing.moment(count.done_at)
        rest = count.credits_left
        left = "" if rest is None else f" of the {writing.count(rest)} left this month"
        yield (
            f"Takes {calls} and {credits_}{left}, "
            f"about {minutes} at the allowed rate: done about {end} if begun at once."
        )


def _some(writing: Writing, number: int, noun: str, plural: str = "") -> Iterable[str]:
    if number:
        yield writing.counted(number, noun, plural)
