"""Collects the records of one command, so that none is fetched twice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import TypeVar

from reconcile.domain.progress import Progress
from reconcile.domain.records import CommissionLine, Partner, Payout
from reconcile.domain.snapshot import PAYOUTS_ONLY, Scope, Snapshot, shared
from reconcile.errors import ListingIncomplete, NotFound, Refused, ScopeMissing
from reconcile.introw.client import Reader
from reconcile.introw.counting import fewest_line_requests
from reconcile.introw.listings.listing import Listing, OnPage, Walk
from reconcile.introw.listings.pages import R

S = TypeVar("S", Payout, CommissionLine)

_FEW_STAGES = 3
_NOWHERE: Mapping[str, str | None] = MappingProxyType({})


@dataclass(slots=True)
class Gathering:
    """Everything received so far by id, in scope or not.

    all_payouts, all_lines: a complete unfiltered listing is here. known_payouts, known_lines: what did not
    move since is kept as these very records, as every page comes (`domain.snapshot.shared`). earlier: what
    an earlier reading left to this one (see `left`). took: `take_earlier` took of it what is still so.
    has_pool: and all of the pending pool.
    """

    reader: Reader
    on_progress: Progress | None = None
    known_payouts: Mapping[str, Payout] = field(default_factory=dict)
    known_lines: Mapping[str, CommissionLine] = field(default_factory=dict)
    earlier: Snapshot | None = None
    payouts: dict[str, Payout] = field(default_factory=dict)
    lines: dict[str, CommissionLine] = field(default_factory=dict)
    all_payouts: bool = False
    all_lines: bool = False
    took: bool = False
    has_pool: bool = False
    _whole: dict[str, Payout] = field(default_factory=dict)
    _before: Mapping[str, Payout] = field(default_factory=dict)
    _walk: Walk[CommissionLine] | None = None

    def list_payouts(self, stages: Collection[str]) -> None:
        """List the payouts in these stages: one listing each if they are few, else all payouts."""
        for stage in stages if 0 < len(stages) <= _FEW_STAGES else (None,):
            listing = self.reader.list_payouts(stage, on_page=self._told("payouts"))
            self.payouts |= shared(_everything(listing), self.known_payouts)
            self.all_payouts = stage is None or listing.filter_ignored
            if self.all_payouts:
                return

    def list_lines(self, payout_ids: Collection[str], partner_ids: Collection[str] | None) -> None:
        """List the lines of these payouts and the pool of these partners (None: of every partner).

        Either all lines at once, or payout by payout and partner by partner. The payouts must be here before:
        then none of them is known as it was after its lines were read.
        """
        self._before = self._before or dict(self.payouts)
        payout_ids = [one for one in payout_ids if one not in self._whole]
        separate = None if partner_ids is None else len(payout_ids) + len(partner_ids)
        if separate == 0 or self._list_all_lines(separate):
            return
        try:
            self._list_separately(payout_ids, partner_ids or ())
        except Refused:
            # The filter by partner is not documented (introw-api.md 2.10): do without it.
            self._list_all_lines(None)

    def take_earlier(self, partner_ids: Collection[str] | None) -> None:
        """Take the lines of payouts that are as they were in the earlier reading, and its pending pool.

        The payouts must be here. partner_ids: as for `list_lines`; where that must list all lines anyway,
        nothing is taken.
        """
        earlier = self.earlier
        if earlier is None or (partner_ids is None and earlier.scope.only == PAYOUTS_ONLY):
            return
        self.took, self.has_pool = True, earlier.scope.only != PAYOUTS_ONLY
        self._whole = {key: one for key, one in self.payouts.items() if earlier.payouts.get(key) == one}
        homes = {*self._whole, *([None] if self.has_pool else [])}
        still = {line.id: line for line in earlier.lines.values() if line.payout_id in homes}
        self.lines |= shared(still, self.known_lines)

    def left(self, live: Snapshot) -> Snapshot | None:
        """What the next reading may take: payouts all of whose lines are here; None where nothing is new.

        Its scope is `everything` with all lines of the pending pool, and otherwise has none of them. A payout
        that was read again after its lines is left out: it may have moved. live: what came of this reading.
        """
        all_here = self.payouts if self.all_lines else self._whole
        whole = {key: one for key, one in all_here.items() if self._before.get(key) == self.payouts.get(key)}
        old = self.earlier if self.took else None
        if all(old is not None and old.payouts.get(key) == one for key, one in whole.items()):
            return None
        payouts = {key: one for key, one in old.payouts.items() if key not in self.payouts} if old else {}
        has_pool = self.all_lines or self.has_pool
        lines = {one.id: one for one in old.lines.values() if one.payout_id in payouts} if old else {}
        homes = {*whole, *([None] if has_pool else [])}
        lines |= {one.id: one for one in self.lines.values() if one.payout_id in homes}
        scope = Scope() if has_pool else Scope(only=PAYOUTS_ONLY)
        return Snapshot(live.environment, scope, live.taken_at, payouts | whole, lines, live.partners)

    def read_payouts(self, ids: Collection[str]) -> None:
        """Read the payouts with these ids that are not here yet; those that do not exist stay absent."""
        if not self.all_payouts:
            walk = _sharing(self.reader.walk_payouts(), self.known_payouts)
            self._look_through(walk, self.payouts, ids, len)
        self._read_each(ids, self.payouts, self.reader.get_payout, self.known_payouts, "payouts")

    def read_lines(self, ids: Collection[str], homes: Mapping[str, str | None] = _NOWHERE) -> None:
        """Read the lines with these ids that are not here yet; those that do not exist stay absent.

        homes: the payout on which a line probably is, by line id.
        """
        if not self.all_lines:
            walk = self._walk or _sharing(self.reader.walk_lines(), self.known_lines)
            self._look_through(walk, self.lines, ids, lambda left: _separate_requests(left, homes))
        for payout_id, line_ids in _shared_homes(_missing(ids, self.lines), homes).items():
            if not self.all_lines and len(_missing(line_ids, self.lines)) > 1:
                self._holds_all(self.reader.list_lines(payout_id=payout_id))
        # What a listing leaves out may still exist: voided lines need not be listed (introw-api.md 2.10).
        self._read_each(ids, self.lines, self.reader.get_line, self.known_lines, "lines")

    def read_payouts_again(self, ids: Collection[str]) -> None:
        """Read these payouts and all their lines once more, and forget what is not there any more."""
        again = Gathering(self.reader, self.on_progress, self.known_payouts, self.known_lines)
        homes = {line.id: line.payout_id for line in self.lines.values() if line.payout_id in ids}
        again.read_payouts(ids)
        again.list_lines(ids, frozenset())
        again.read_lines(homes, homes)
        for kept, wanted, seen in ((self.payouts, ids, again.payouts), (self.lines, homes, again.lines)):
            for gone in [one for one in wanted if one not in seen]:
                kept.pop(gone, None)
        self.payouts |= {one: again.payouts[one] for one in ids if one in again.payouts}
        self.lines |= again.lines

    def partners(self) -> dict[str, Partner]:
        """All partners; the names on payouts fill the gaps, or serve alone if the key lacks partners:read."""
        named = {p.partner_id: Partner(p.partner_id, p.partner_name) for p in self.payouts.values()}
        named.pop("", None)
        if self.took and self.earlier:
            return named | dict(self.earlier.partners)
        try:
            listed = self.reader.list_partners(on_page=self._told("partners"))
        except ScopeMissing:
            return named
        return named | {partner.id: partner for partner in listed if partner.name or partner.id not in named}

    def _list_all_lines(self, separate: int | None) -> bool:
        """Walk the full listing for as long as it is the shorter way; whether it came to its end."""
        if self._walk is None:
            self._walk = _sharing(self.reader.walk_lines(on_page=self._told("lines")), self.known_lines)
        walk = self._walk
        while not walk.complete and self._goes_on(walk, separate):
            walk.advance()
        self.lines |= walk.records
        self.all_lines = walk.complete
        return walk.complete

    def _list_separately(self, payout_ids: Iterable[str], partner_ids: Iterable[str]) -> None:
        reader = self.reader
        for payout_id in sorted(payout_ids):
            if self._holds_all(reader.list_lines(payout_id=payout_id)):
                return
            self._whole |= {one: self.payouts[one] for one in (payout_id,) if one in self.payouts}
        for partner_id in sorted(partner_ids):
            if self._holds_all(reader.list_lines(partner_id=partner_id)):
                return

    def _holds_all(self, listing: Listing[CommissionLine]) -> bool:
        """Add a listing; whether its filter was ignored, so that it was the full one."""
        self.lines |= shared(_everything(listing), self.known_lines)
        self.all_lines = listing.filter_ignored
        if self.on_progress:
            self.on_progress("lines", len(self.lines), None)
        return self.all_lines

    def _look_through(
        self,
        walk: Walk[R],
        found: dict[str, R],
        wanted: Collection[str],
        requests: Callable[[list[str]], int],
    ) -> None:
        """Walk a full listing until all the wanted are found, or reading the rest takes fewer `requests`."""
        left = _missing(wanted, found)
        # What a listing does not bring is read singly, which leaves no doubt.
        with suppress(ListingIncomplete):
            while left and not walk.complete and self._goes_on(walk, requests(left)):
                walk.advance()
                # At once: a listing that is walked once more forgets its first passage.
                found |= {one: walk.records[one] for one in left if one in walk.records}
                left = _missing(left, found)
        found |= walk.records

    def _goes_on(self, walk: Walk[R], separate: int | None) -> bool:
        return fewest_line_requests(separate, walk.pages, walk.page_size, walk.total) == "all"

    def _read_each(
        self,
        ids: Iterable[str],
        found: dict[str, S],
        get: Callable[[str], S],
        known: Mapping[str, S],
        what: str,
    ) -> None:
        for record_id in _missing(ids, found):
            try:
                found |= shared({record_id: get(record_id)}, known)
            except NotFound:
                continue
            if self.on_progress:
                self.on_progress(what, len(found), None)

    def _told(self, what: str) -> OnPage | None:
        told = self.on_progress
        return None if told is None else lambda count, total: told(what, count, total)


def _sharing(walk: Walk[S], known: Mapping[str, S]) -> Walk[S]:
    walk.keep = partial(shared, known=known)
    return walk


def _everything(listing: Listing[R]) -> dict[str, R]:
    return {record.id: record for record in (*listing.records, *listing.foreign)}


def _shared_homes(ids: Iterable[str], homes: Mapping[str, str | None]) -> dict[str, list[str]]:
    """The lines by the payout that they share with others."""
    groups: dict[str, list[str]] = {}
    for line_id in ids:
        if home := homes.get(line_id):
            groups.setdefault(home, []).append(line_id)
    return {home: line_ids for home, line_ids in groups.items() if len(line_ids) > 1}


def _separate_requests(ids: Collection[str], homes: Mapping[str, str | None]) -> int:
    """Requests that these lines take without the full listing: one by one, or by shared payout."""
    return len(ids) - sum(len(line_ids) - 1 for line_ids in _shared_homes(ids, homes).values())


def _missing(ids: Iterable[str], found: Collection[str]) -> list[str]:
    """Those not here yet, in order: the requests are the same in every run."""
    return sorted(record_id for record_id in dict.fromkeys(ids) if record_id not in found)
