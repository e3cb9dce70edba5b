"""The report on a plan: everything a reader needs, in words, in the order of reading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from reconcile.domain.fields import FIELDS, RecordKind
from reconcile.domain.finding import Finding
from reconcile.domain.money import shown_amount
from reconcile.plan.model import (
    Action,
    Change,
    Claim,
    Operation,
    Plan,
    Return,
    Target,
    TieOut,
    Total,
    Workbook,
)

_LABELS = {field.name: field.label for fields in FIELDS.values() for field in fields}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a section. what: field or subject; before, after: old and new; notes: what to know."""

    record: str
    what: str
    before: str
    after: str
    notes: str
    place: str


@dataclass(frozen=True, slots=True)
class Group:
    """What happens to one payout, or to the pending pool."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A list with a title and a sentence that says what it means."""

    title: str
    meaning: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A plan in words."""

    title: str
    facts: tuple[tuple[str, str], ...]
    headline: tuple[str, ...]
    gates: tuple[str, ...]
    groups: tuple[Group, ...]
    sections: tuple[Section, ...]
    findings: tuple[Finding, ...]
    stages: tuple[Total, ...]
    tie_out: tuple[TieOut, ...]


def report_on(plan: Plan) -> Report:
    """The report on a plan."""
    return Report(
        title=f"Plan for {plan.files}",
        facts=_facts(plan),
        headline=_headline(plan),
        gates=tuple(gate.message for gate in plan.gates),
        groups=_groups(plan),
        sections=tuple(section for section in _sections(plan) if section.lines),
        findings=plan.findings,
        stages=plan.stages,
        tie_out=plan.tie_out,
    )


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 change`, `2 changes`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def _facts(plan: Plan) -> tuple[tuple[str, str], ...]:
    several = len(plan.workbooks) > 1
    return (
        ("Environment", str(plan.environment)),
        *(fact for one in plan.workbooks for fact in _export(one, named=several)),
        ("Compared", f"{plan.made_at:%Y-%m-%d %H:%M} UTC by {plan.made_by}"),
        *(("Workbook id", one.export.workbook_id) for one in plan.workbooks),
        ("Plan fingerprint", plan.fingerprint[:16]),
    )


def _export(workbook: Workbook, *, named: bool) -> Iterable[tuple[str, str]]:
    """What a workbook was exported as; its file before that, where there are several."""
    if named:
        yield "Workbook", workbook.file
    yield "Scope", str(workbook.export.scope)
    yield "Exported", f"{workbook.export.exported_at:%Y-%m-%d %H:%M} UTC by {workbook.export.exported_by}"


def _headline(plan: Plan) -> tuple[str, ...]:
    moved = [drift for drift in plan.drifts if drift.what != "already live"]
    counts = [
        counted(len(plan.operations), "operation"),
        counted(len(plan.changes) + _new(plan), "edit"),
        counted(len(plan.conflicts), "conflict"),
        counted(len(plan.held), "record held", "records held"),
        counted(len(plan.findings), "finding"),
        counted(len(moved), "movement upstream", "movements upstream"),
        counted(len(plan.damaged), "damaged value"),
    ]
    minutes = -(-plan.cost.seconds // 60)
    cost = (
        f"Takes {counted(plan.cost.calls, 'API call')} and as many credits, "
        f"about {counted(minutes, 'minute')} at the allowed rate."
    )
    return (", ".join(counts) + ".", *_money(plan), *([cost] if plan.operations else []))


def _new(plan: Plan) -> int:
    return sum(one.action is Action.CREATE_LINE for one in plan.operations)


def _money(plan: Plan) -> Iterable[str]:
    for tie in plan.tie_out:
        if tie.edits or tie.drift:
            now = tie.exported + tie.drift
            yield (
                f"{tie.currency} lines: {shown_amount(now, tie.currency)} live, "
                f"{shown_amount(tie.planned, tie.currency)} after ({_signed(tie.edits, tie.currency)})."
            )


def _groups(plan: Plan) -> tuple[Group, ...]:
    """The operations by payout, in the order in which they run."""
    held = {(one.target.kind, one.target.id) for one in plan.held}
    changes: dict[tuple[RecordKind, str], list[Change]] = {}
    for change in plan.changes:
        if (change.target.kind, change.target.id) not in held:
            changes.setdefault((change.target.kind, change.target.id), []).append(change)
    found: dict[str, list[Line]] = {}
    for operation in plan.operations:
        title = _title(plan, operation.target)
        found.setdefault(title, []).extend(_operation_lines(operation, changes))
    for effect in plan.effects:
        if effect.auto_declined:
            note = "its last line is declined, so Introw declines the payout"
            line = Line(effect.target.id, "Stage", effect.stage_before, "DECLINED", note, "")
            found[_title(plan, effect.target)].append(line)
    return tuple(Group(title, tuple(lines)) for title, lines in found.items())


def _title(plan: Plan, target: Target) -> str:
    if target.payout_id is None:
        return f"{target.partner_name} · pending pool"
    effect = next((one for one in plan.effects if one.target.id == target.payout_id), None)
    if effect is None:
        return f"{target.partner_name} · {target.payout_id}"
    before = f"{shown_amount(effect.amount_before, effect.currency)} {effect.currency}"
    name = f"{effect.target.partner_name} · {target.payout_id} · {before}"
    if effect.amount_after is None:
        return f"{name} → depends on the server's exchange rate"
    if effect.amount_after == effect.amount_before:
        return name
    return f"{name} → {shown_amount(effect.amount_after, effect.currency)} {effect.currency}"


def _operation_lines(
    operation: Operation, changes: Mapping[tuple[RecordKind, str], list[Change]]
) -> Iterable[Line]:
    target = operation.target
    if operation.action is Action.CREATE_LINE and operation.after:
        text = " · ".join(filter(None, (str(operation.after), operation.expected["description"])))
        yield Line("new line", "New line", "", text, "cannot be undone by API", target.place)
        return
    placing = operation.action in (Action.DETACH_LINE, Action.DECLINE_LINE)
    for change in changes.get((target.kind, target.id), []):
        if (change.field in ("action", "decline_reason", "decline_detail")) is placing:
            yield _change_line(change, operation)


def _change_line(change: Change, operation: Operation) -> Line:
    notes = []
    if change.visible:
        notes.append("partner sees it")
    if change.cleared:
        notes.append("cleared")
    if change.field == "action" and operation.before:
        notes.append(str(operation.before))
    if not operation.undo and change.field not in ("decline_reason", "decline_detail"):
        notes.append("cannot be undone by API")
    before = shown_value(change.before, change.currency) if change.before_known else "(not shown by the API)"
    after = shown_value(change.after, change.currency)
    notes += [f"the same in {other.place}" for other in change.also]
    return Line(change.target.id, _LABELS[change.field], before, after, ", ".join(notes), change.target.place)


def _sections(plan: Plan) -> Iterable[Section]:
    yield Section(
        "Conflicts",
        "You and live moved the same thing apart. These records are held until you decide.",
        tuple(
            Line(
                one.target.id,
                one.group,
                _values(one.yours),
                _values(one.live) if one.live is not None else "gone",
                " ".join((one.reason, *(_claim(other) for other in one.others))),
                one.target.place,
            )
            for one in plan.conflicts
        ),
    )
    yield Section(
        "Handed out together",
        "The workbooks of the same set, and which of them came back.",
        tuple(
            Line(one.handout.recipient, one.handout.part, "", _returned(one), "", one.handout.file)
            for one in plan.returns
        ),
    )
    yield Section(
        "Decided",
        "Conflicts that a person decided.",
        tuple(
            Line(
                one.conflict.target.id,
                one.choice.words,
                _values(one.conflict.live) if one.conflict.live is not None else "gone",
                _values(one.kept) if one.kept is not None else "",
                one.by,
                one.conflict.target.place,
            )
            for one in plan.decided
        ),
    )
    yield Section(
        "Held",
        "Edits that are not applied, and why.",
        tuple(
            Line(one.target.id, one.target.kind, "", "", one.reason, one.target.place) for one in plan.held
        ),
    )
    yield Section(
        "Cannot be undone by API",
        "Should one of these turn out wrong, this is what a person does in Introw.",
        tuple(
            Line(one.target.id, one.action.value, "", "", one.by_hand, one.target.place)
            for one in plan.operations
            if one.by_hand
        ),
    )
    yield Section(
        "Moved upstream",
        "Live moved since the export and you did not touch it. Nothing is sent.",
        tuple(
            Line(one.target.id, one.what, _values(one.baseline), _values(one.live), "", one.target.place)
            for one in plan.drifts
            if one.what != "already live"
        ),
    )
    yield Section(
        "Already live",
        "Your edit is there already. Nothing is sent.",
        tuple(
            Line(one.target.id, "", _values(one.baseline), _values(one.live), "", one.target.place)
            for one in plan.drifts
            if one.what == "already live"
        ),
    )
    yield Section(
        "Damaged values",
        "A spreadsheet program changed these by itself. They are treated as unchanged.",
        tuple(
            Line(
                one.target.id,
                _LABELS[one.field],
                one.baseline or "",
                one.edited or "",
                one.how,
                one.target.place,
            )
            for one in plan.damaged
        ),
    )
    yield Section(
        "Missing rows",
        "These rows are not in the workbook any more. A missing row is not an instruction: nothing is sent.",
        tuple(Line(one.id, one.kind, "", "", one.partner_name, one.place) for one in plan.missing),
    )


def _claim(claim: Claim) -> str:
    return f"{claim.target.place} wants {_values(claim.values)}."


def _returned(one: Return) -> str:
    if one.file:
        return f"returned as {one.file}"
    return f"returned earlier, {one.earlier[:10]}" if one.earlier else "not returned yet"


def _values(values: Mapping[str, str | None]) -> str:
    return ", ".join(f"{_LABELS.get(name, name)}: {shown_value(value)}" for name, value in values.items())


def shown_value(value: str | None, currency: str = "") -> str:
    """A value for people: amounts with their currency, blanks named."""
    if value is None:
        return "(blank)"
    return f"{shown_amount(Decimal(value), currency)} {currency}" if currency else value


def _signed(amount: Decimal, currency: str) -> str:
    return ("+" if amount >= 0 else "") + shown_amount(amount, currency)
