"""Splits a snapshot into parts that different people edit: by partner, batch or stage."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from reconcile.domain.records import CommissionLine, Payout
from reconcile.domain.snapshot import PAYOUTS_ONLY, POOL_ONLY, Scope, Snapshot
from reconcile.domain.stage import stage_of

NO_BATCH: Final = "No batch"
POOL: Final = "Pending pool"

_LONGEST: Final = 80
_UNSAFE: Final = re.compile(r'[<>:"/\\|?*\s]+')
# Windows keeps these names for devices, whatever follows the first dot.
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)


class SplitBy(StrEnum):
    """What makes a part."""

    PARTNER = "partner"
    BATCH = "batch"
    STAGE = "stage"


@dataclass(frozen=True, slots=True)
class Part:
    """The payouts and lines for one workbook. id: that of the partner or batch, or the stage."""

    id: str
    name: str
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class SplitWorkbook:
    """One workbook of a set that was exported together. recipient: who gets it, in words."""

    set_id: str
    workbook_id: str
    file: str
    part: str
    recipient: str


def split(snapshot: Snapshot, by: SplitBy) -> tuple[Part, ...]:
    """The parts in the order of their names. Every payout and every line is in exactly one.

    By partner, the lines of the pending pool go to their partner, and a part names no other partner; by
    batch or stage they are a part of their own.
    """
    if by is SplitBy.PARTNER:
        return _by_partner(snapshot)
    return _by_payout(snapshot, by)


def _by_partner(snapshot: Snapshot) -> tuple[Part, ...]:
    owners = {one.partner_id for one in snapshot.payouts.values()}
    parts = []
    for partner_id in owners | {one.partner_id for one in snapshot.lines.values()}:
        # A line is where its payout is.
        payouts = {key: one for key, one in snapshot.payouts.items() if one.partner_id == partner_id}
        lines = {key: one for key, one in snapshot.lines.items() if _owner(one, snapshot) == partner_id}
        known = {partner_id} | {line.partner_id for line in lines.values()}
        part = replace(
            snapshot,
            scope=replace(snapshot.scope, partners=(partner_id,)),
            payouts=payouts,
            lines=lines,
            partners={key: one for key, one in snapshot.partners.items() if key in known},
        )
        if payouts or lines:
            parts.append(Part(partner_id, snapshot.partner_name(partner_id), part))
    return _ordered(parts)


def _owner(line: CommissionLine, snapshot: Snapshot) -> str:
    payout = snapshot.payouts.get(line.payout_id or "")
    return payout.partner_id if payout else line.partner_id


def _by_payout(snapshot: Snapshot, by: SplitBy) -> tuple[Part, ...]:
    key: Callable[[Payout], str] = _batch if by is SplitBy.BATCH else _stage
    parts = []
    for value in {key(payout) for payout in snapshot.payouts.values()}:
        payouts = {one.id: one for one in snapshot.payouts.values() if key(one) == value}
        lines = {one.id: one for one in snapshot.lines.values() if one.payout_id in payouts}
        scope = replace(snapshot.scope, only=PAYOUTS_ONLY)
        by_batch = by is SplitBy.BATCH
        scope = replace(scope, batches=(value,)) if by_batch else replace(scope, stages=(value,))
        name = (value or NO_BATCH) if by_batch else stage_of(value).label
        parts.append(Part(value, name, replace(snapshot, scope=scope, payouts=payouts, lines=lines)))
    pool = {one.id: one for one in snapshot.lines.values() if one.payout_id not in snapshot.payouts}
    ordered = _ordered(parts)
    if not pool:
        return ordered
    scope = _pool_scope(snapshot)
    return (*ordered, Part("", POOL, replace(snapshot, scope=scope, payouts={}, lines=pool)))


def _pool_scope(snapshot: Snapshot) -> Scope:
    """The scope of the pool's lines, which have neither batch nor stage: that of their partners."""
    scope = snapshot.scope
    partners = scope.partners
    if scope.stages or scope.batches:
        partners = partners or tuple(sorted({one.partner_id for one in snapshot.payouts.values()}))
    return Scope(partners=partners, periods=scope.periods, only=POOL_ONLY, zone=scope.zone)


def _batch(payout: Payout) -> str:
    return payout.batch_id or ""


def _stage(payout: Payout) -> str:
    return payout.stage


def _ordered(parts: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(sorted(parts, key=lambda part: (part.name.casefold(), part.id)))


def file_names(names: Iterable[str], ending: str = ".xlsx") -> list[str]:
    """A readable file name for each, safe on every system, and all of them different on every system."""
    taken: set[str] = set()
    found = []
    for name in names:
        stem = _safe(name)
        number, unique = 1, stem
        while unique.casefold() in taken:
            number += 1
            unique = f"{stem}-{number}"
        taken.add(unique.casefold())
        found.append(unique + ending)
    return found


def is_file_name(name: str) -> bool:
    """Whether a text is the name of a file in its folder, on every system."""
    from pathvalidate import is_valid_filename

    is_valid = is_valid_filename(name, platform="universal") and name.strip(".") != ""
    return is_valid and _RESERVED.fullmatch(name) is None


def _safe(name: str) -> str:
    # Letters of any script stay; what cannot be seen, or turns the text around, goes.
    text = unicodedata.normalize("NFC", name)
    text = "".join(one for one in text if unicodedata.category(one)[0] != "C" or one.isspace())
    text = _UNSAFE.sub("-", text).strip(" .-~$'`=+@#%&{}!")
    while len(text.encode()) > _LONGEST:
        text = text[:-1]
    text = re.sub("-{2,}", "-", text).rstrip(" .-")
    return f"_{text}" if _RESERVED.fullmatch(text) else text or "unnamed"
