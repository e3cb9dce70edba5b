"""The lists beside the changes, in words: conflicts, held, effects, drift, damage, missing rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from reconcile.domain.phrases import AS_RECORDED, Writing
from reconcile.plan.model import Conflict, Damage, Decided, Drift, Return, Target
from reconcile.report.model import Change, HeldEdits, Report, SideEffect
from reconcile.report.words import LABELS, after_of, before_of, record_of, shown_value, shown_values

Sides = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a section. sides: named values side by side (`yours`, `live`); note: what to know."""

    partner: str
    record: str
    place: str
    what: str
    sides: Sides = ()
    note: str = ""

    @property
    def who(self) -> str:
        """The partner and the record."""
        return " · ".join(word for word in (self.partner, self.record) if word)

    def side(self, name: str) -> str:
        """One of the values side by side; nothing where this line has none of that name."""
        return dict(self.sides).get(name, "")


@dataclass(frozen=True)
class Section:
    """A list with a title and a sentence that says what it means. name: for links and filters."""

    name: str
    title: str
    meaning: str
    lines: tuple[Line, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the values side by side, for the columns of a table.

        Every line asks for them: to look for them each time took half of a report of 20,000 changes.
        """
        return tuple(dict.fromkeys(name for line in self.lines for name, _ in line.sides))


_SECTIONS: Final = {
    "conflicts": (
        "Conflicts",
        "You and live moved the same thing apart. These records are held until you decide.",
    ),
    "returns": ("Handed out together", "The workbooks of the same set, and which of them came back."),
    "decided": ("Decided", "Conflicts that a person decided."),
    "held": ("Held", "Edits that are not applied, and why."),
    "effects": ("Side effects", "What Introw does by itself in consequence."),
    "by-hand": (
        "Cannot be undone by API",
        "Should one of these turn out wrong, this is what a person does in Introw.",
    ),
    "drift": (
        "Moved upstream",
        "Live moved since the export and you did not touch it. Nothing is sent.",
    ),
    "already-live": ("Already live", "Your edit is there already. Nothing is sent."),
    "damaged": (
        "Damaged values",
        "A spreadsheet program changed these by itself. They are treated as unchanged.",
    ),
    "missing": (
        "Missing rows",
        "These rows are not in the workbook any more. A missing row is no instruction: nothing is sent.",
    ),
}
"""Title and meaning of each section by its name, what waits for a decision first."""


def sections(report: Report, writing: Writing = AS_RECORDED) -> tuple[Section, ...]:
    """Every section that has something to show."""
    moved = [one for one in report.drifts if one.what != "already live"]
    # A total that follows its lines stands with its payout; here is what would otherwise surprise.
    effects = [one for one in report.effects if one.what != "payout total" or not one.after]
    by_hand = [one for one in report.operations if one.by_hand]
    lines = {
        "conflicts": (_conflict(one, writing) for one in report.conflicts),
        "returns": map(_return, report.returns),
        "decided": (_decided(one, writing) for one in report.decided),
        "held": (_held(one, writing) for one in report.held),
        "effects": map(_effect, effects),
        "by-hand": (_about(one.target, one.action.value, (), one.by_hand) for one in by_hand),
        "drift": (_drift(one, writing) for one in moved),
        "already-live": (_drift(one, writing) for one in report.drifts if one.what == "already live"),
        "damaged": map(_damage, report.damaged),
        "missing": (_about(one, one.kind.value) for one in report.missing),
    }
    found = (Section(name, *words, tuple(lines[name])) for name, words in _SECTIONS.items())
    return tuple(section for section in found if section.lines)


def _about(target: Target, what: str, sides: Iterable[tuple[str, str]] = (), note: str = "") -> Line:
    """A line about a record; values that are blank are left out."""
    shown = tuple((name, value) for name, value in sides if value)
    return Line(target.partner_name, record_of(target), target.place, what, shown, note)


def _conflict(one: Conflict, writing: Writing) -> Line:
    sides = (
        ("exported", shown_values(one.baseline, writing)),
        ("yours", shown_values(one.yours, writing)),
        ("live", shown_values(one.live, writing)),
        *((other.target.place, shown_values(other.values, writing)) for other in one.others),
    )
    label = LABELS.get(one.group, one.group.capitalize())
    return _about(one.target, label, sides, one.reason)


def _return(one: Return) -> Line:
    given = one.handout
    told = f"returned as {one.file}" if one.file else "not returned yet"
    if one.earlier and not one.file:
        told = f"returned earlier, {one.earlier[:10]}"
    return Line(given.recipient, given.part, given.file, told)


def _decided(one: Decided, writing: Writing) -> Line:
    stands = one.conflict.live if one.kept is None else one.kept
    sides = (*_conflict(one.conflict, writing).sides, ("stands", shown_values(stands, writing)))
    return _about(one.conflict.target, one.choice.words, sides, one.by)


def _held(one: HeldEdits, writing: Writing) -> Line:
    yours = ", ".join(_edit(each, writing) for each in one.changes)
    return _about(one.target, one.target.kind.value, [("yours", yours)], one.reason)


def _edit(change: Change, writing: Writing) -> str:
    return f"{change.label}: {before_of(change, writing)} → {after_of(change, writing)}"


def _effect(one: SideEffect) -> Line:
    return _about(one.target, one.what, [("before", one.before), ("after", one.after)], one.note)


def _drift(one: Drift, writing: Writing) -> Line:
    sides = (("exported", shown_values(one.baseline, writing)), ("live", shown_values(one.live, writing)))
    return _about(one.target, one.what, sides)


def _damage(one: Damage) -> Line:
    sides = (("exported", shown_value(one.baseline)), ("came back", shown_value(one.edited)))
    return _about(one.target, LABELS[one.field], sides, one.how)
