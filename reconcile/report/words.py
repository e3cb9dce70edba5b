"""The words that all renderings share: values, counts and sentences for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from decimal import Decimal

from reconcile.domain.fields import FIELD_LABELS, NEW_KINDS
from reconcile.domain.money import recorded_amount, shown_amount, totals
from reconcile.domain.phrases import counted, moment
from reconcile.domain.unseen import ends_marked
from reconcile.plan.model import Action, Operation, Target, Workbook
from reconcile.plan.reliance import money_of, relied_lines
from reconcile.report.model import Change, Payout, Report, Why

LABELS = FIELD_LABELS
_AMOUNTS = ("amount", "source_amount")


def record_of(target: Target) -> str:
    """The record as people know it: one that is not made yet has no id."""
    return target.kind.value if target.kind in NEW_KINDS else target.id


def shown_value(value: str | None, currency: str = "") -> str:
    """A value for people: amounts with their currency, blanks named, spaces at the ends shown."""
    if value is None:
        return "(blank)"
    return f"{shown_amount(recorded_amount(value), currency)} {currency}" if currency else ends_marked(value)


def shown_values(values: Mapping[str, str | None] | None) -> str:
    """`Amount: 512.50 USD, Description: Referral`; `gone` for a record that is not there."""
    if values is None:
        return "gone"
    currency = values.get("currency") or ""
    shown = {
        LABELS.get(name, name): shown_value(value, currency if name in _AMOUNTS else "")
        for name, value in values.items()
    }
    return ", ".join(f"{name}: {value}" for name, value in shown.items())


def signed(amount: Decimal, currency: str) -> str:
    """`+12.50`, `-407.50`; `0.00` for nothing."""
    return ("+" if amount > 0 else "") + shown_amount(amount, currency)


def before_of(change: Change) -> str:
    """The old value; nothing for a new record."""
    if change.target.kind in NEW_KINDS:
        return ""
    return (
        shown_value(change.before, change.currency_before)
        if change.before_known
        else "(not shown by the API)"
    )


def after_of(change: Change) -> str:
    """The new value."""
    return shown_value(change.after, change.currency)


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
    """The amount that a request is about: of the line, before and after; of the payout, as forecast."""
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


def facts(report: Report) -> tuple[tuple[str, str], ...]:
    """Where, which workbook, who and when."""
    several = len(report.workbooks) > 1
    return (
        ("Environment", str(report.environment)),
        *(fact for one in report.workbooks for fact in _workbook_facts(one, several=several)),
        ("Compared", f"{moment(report.made_at)} by {report.made_by}"),
        *_live_facts(report),
        ("Plan fingerprint", report.plan_fingerprint[:16]),
        ("Approval", report.approval.summary),
        *(("Approval needed", rule) for rule in report.approval.rules),
    )


def _live_facts(report: Report) -> Iterable[tuple[str, str]]:
    """How old live is, where an earlier reading of it served."""
    if report.live_at:
        minutes = (report.made_at - report.live_at) // timedelta(minutes=1)
        age = f"{counted(minutes, 'minute')} before" if minutes else "less than a minute before"
        yield "Live", f"as of {moment(report.live_at)}, {age}; payouts that moved since were read again"


def _workbook_facts(workbook: Workbook, *, several: bool) -> Iterable[tuple[str, str]]:
    if several:
        yield "Workbook", workbook.file
    export = workbook.export
    yield "Scope", str(export.scope)
    yield "Exported", f"{moment(export.exported_at)} by {export.exported_by}"
    yield "Workbook id", export.workbook_id
    yield "Baseline", export.fingerprint[:16]


def headline(report: Report) -> tuple[str, ...]:
    """How much happens, and to whose money, to be read in ten seconds; the banner stands before it."""
    return (_happens(report), *_money(report), *_let_pass(report), *_aside(report), *_cost(report))


def _happens(report: Report) -> str:
    count = report.headline
    if not count.operations:
        return "Nothing will be changed."
    first = f"{counted(count.operations, 'operation')} on {counted(count.payouts, 'payout')}"
    words = [
        counted(count.edits, "edit"),
        *_some(count.visible, "change that partners see", "changes that partners see"),
        *_some(count.irreversible, "that the API cannot undo", "that the API cannot undo"),
        *_some(count.cleared, "value cleared", "values cleared"),
    ]
    return f"{first}: {', '.join(words)}."


def _money(report: Report) -> Iterable[str]:
    for one in report.currencies:
        if one.delta or one.live != one.exported:
            yield (
                f"{one.currency} lines: {shown_amount(one.live, one.currency)} live, "
                f"{shown_amount(one.after, one.currency)} after ({signed(one.delta, one.currency)})."
            )


def _let_pass(report: Report) -> Iterable[str]:
    if passed := report.gates_passed:
        names = ", ".join(gate.name for gate in passed)
        verb = "let" if report.run else "lets"
        yield f"A person {verb} {counted(len(passed), 'safety limit')} pass: {names}."


def _aside(report: Report) -> Iterable[str]:
    count = report.headline
    words = [
        *_some(count.warnings, "warning"),
        *_some(count.drifts, "movement upstream", "movements upstream"),
        *_some(count.already_live, "edit already live", "edits already live"),
        *_some(count.damaged, "damaged value"),
        *_some(count.missing, "missing row"),
    ]
    if words:
        yield f"Also: {', '.join(words)}."


def _cost(report: Report) -> Iterable[str]:
    count = report.headline
    # A run is over: what it took and when it ended stands with its outcomes.
    if count.operations and report.run is None:
        minutes = counted(-(-count.seconds // 60), "minute")
        left = "" if count.credits_left is None else f" of the {count.credits_left:,} left this month"
        yield (
            f"Takes {counted(count.calls, 'API call')} and {counted(count.credits, 'credit')}{left}, "
            f"about {minutes} at the allowed rate: done about {moment(count.done_at)} if begun at once."
        )


def _some(number: int, noun: str, plural: str = "") -> Iterable[str]:
    if number:
        yield counted(number, noun, plural)
