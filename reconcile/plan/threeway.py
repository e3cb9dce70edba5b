"""The three-way rule: what was exported, what came back, what is live now, per field group."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from reconcile.domain.fields import UNREAD, RecordKind, Value, Values, groups

Group = tuple[Value, ...]


class Verdict(StrEnum):
    """What a field group of one record turned out to be."""

    UNCHANGED = "unchanged"
    CHANGE = "change"
    DRIFT = "drift"
    ALREADY_LIVE = "already live"
    CONFLICT = "conflict"


def verdict(baseline: Group, edited: Group, live: Group) -> Verdict:
    """The verdict on one group; the three tuples hold the values of the same fields in the same order."""
    if UNREAD in baseline:
        return _without_baseline(edited, live)
    if edited == baseline:
        # What cannot be seen has not been seen to move.
        return Verdict.UNCHANGED if live == baseline or UNREAD in live else Verdict.DRIFT
    # The person changed it, and live is what the person saw.
    if live == baseline:
        return Verdict.CHANGE
    # Somebody made the same change upstream.
    if live == edited:
        return Verdict.ALREADY_LIVE
    return Verdict.CONFLICT


def _without_baseline(edited: Group, live: Group) -> Verdict:
    # A blank cell leaves alone what nobody could see.
    if UNREAD in edited:
        return Verdict.UNCHANGED
    if live == edited:
        return Verdict.ALREADY_LIVE
    # Nothing is there to be overwritten, as far as the server lets us see.
    if UNREAD in live or set(live) == {None}:
        return Verdict.CHANGE
    # The server shows a text now that the export could not show.
    return Verdict.CONFLICT


class GroupVerdict(NamedTuple):
    """The verdict on one group of one record, with the values of its fields on the three sides."""

    group: str
    verdict: Verdict
    names: tuple[str, ...]
    was: Group
    typed: Group
    now: Group

    @property
    def baseline(self) -> Values:
        """The values at the export by field."""
        return dict(zip(self.names, self.was, strict=True))

    @property
    def edited(self) -> Values:
        """The values in the workbook by field."""
        return dict(zip(self.names, self.typed, strict=True))

    @property
    def live(self) -> Values:
        """The values now by field."""
        return dict(zip(self.names, self.now, strict=True))

    @property
    def edits(self) -> list[str]:
        """The fields that the person changed."""
        sides = zip(self.names, self.was, self.typed, strict=True)
        return [name for name, before, after in sides if before != after]


def compare_record(
    kind: RecordKind, baseline: Values, edited: Values, live: Values
) -> Iterator[GroupVerdict]:
    """The verdict on every field group. A field absent from `edited` is untouched."""
    for group, names in groups(kind).items():
        yield _judged(group, names, baseline, edited, live)


def compare_touched(kind: RecordKind, baseline: Values, edits: Values, live: Values) -> list[GroupVerdict]:
    """The verdicts of `compare_record` that are not `unchanged`. edits: the edited values that are others.

    A group in which nobody moved anything is not looked at, which halves the time of a record with one edit.
    """
    touched = set(edits)
    if live is not baseline:
        touched |= {name for name, value in live.items() if value != baseline.get(name)}
    found = [
        _judged(group, names, baseline, edits, live)
        for group, names in groups(kind).items()
        if not touched.isdisjoint(names)
    ]
    return [one for one in found if one.verdict is not Verdict.UNCHANGED]


def _judged(
    group: str, names: tuple[str, ...], baseline: Values, edited: Values, live: Values
) -> GroupVerdict:
    was = tuple(map(baseline.get, names))
    typed = tuple(map(edited.get, names, was))
    now = was if live is baseline else tuple(map(live.get, names))
    return GroupVerdict(group, verdict(was, typed, now), names, was, typed, now)
