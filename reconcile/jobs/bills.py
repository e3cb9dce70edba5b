"""Writes payouts as bills: files that the finance software imports, with a manifest beside them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from reconcile.atomic import inside, make_folder, replacing
from reconcile.domain.bill import PaidAccount
from reconcile.domain.finding import Finding
from reconcile.domain.phrases import did_you_mean
from reconcile.domain.policy.dimensions import without_value
from reconcile.domain.policy.file_rules import FileRules
from reconcile.domain.snapshot import Scope, Snapshot
from reconcile.erp.bills.import_files import ImportFile, as_csv, lay_out
from reconcile.erp.bills.layout import Layout, load_layout, with_dimensions
from reconcile.erp.bills.make_bills import Circumstances, in_currencies, make_bills
from reconcile.erp.bills.manifest import Issue, Sealed, issued_bills, manifest, seal, tie_out
from reconcile.erp.bills.model import Billing
from reconcile.erp.bills.open_bills import OpenBill, open_bills_from, without_open
from reconcile.erp.bills.template_check import header_faults
from reconcile.erp.bills.vendors import Vendor, vendors_from
from reconcile.erp.orders.make_orders import bills_to_pay
from reconcile.erp.orders.model import FORMATS
from reconcile.errors import ConfigurationError, DecisionNeeded
from reconcile.jobs.approvals.bills_approval import SetOfBills, ask_for, claim_for, keep_list
from reconcile.jobs.approvals.rules_on_record import keep_rules
from reconcile.jobs.approvals.sign_statement import KeyChoice, Signer, SignIn, signer
from reconcile.jobs.close_chain import closed_until
from reconcile.jobs.exports.new_workbooks import export_of, write_exported
from reconcile.jobs.named_files import refuse_missing
from reconcile.jobs.payment_files import check_options, paying_of, payment_files
from reconcile.jobs.scope import Filters, fetch_scope, listed_currencies, named_stage
from reconcile.jobs.session import Session
from reconcile.jobs.state.new_store import refuse_unseen
from reconcile.jobs.user_tables import read_any_table
from reconcile.resources import template, template_names
from reconcile.store.store import Store
from reconcile.workbook.contract import as_shown
from reconcile.workbook.export import Proposal
from reconcile.workbook.pack import table_bytes

MANIFEST: Final = "manifest.json"


@dataclass(frozen=True, slots=True)
class BillsRequest:
    """What to bill, and how.

    system: the layout of the import files, or the format of a payment file. vendors: a table that says who a
    partner is there. again: why payouts that were billed before are billed once more. header: a template of
    the finance system to compare the layout with. move_to: the stage to which a workbook moves the billed
    payouts. open_bills: an export of the finance system's open bills, to hold what is there already; anyway:
    payouts that are billed all the same. bill_and_pay: takes what went out the other way too. checked,
    pay_on: of payment files, see `payment_files`. dry_run: writes nothing. ask: the key of whoever asks
    for an approval of the set; nothing is written then, either.
    """

    system: str
    output: Path
    filters: Filters
    vendors: Path | None = None
    currencies: tuple[str, ...] = ()
    again: str | None = None
    header: Path | None = None
    move_to: str | None = None
    open_bills: Path | None = None
    anyway: tuple[str, ...] = ()
    bill_and_pay: bool = False
    checked: tuple[str, ...] = ()
    pay_on: str | None = None
    dry_run: bool = False
    ask: KeyChoice | SignIn | None = None


@dataclass(frozen=True, slots=True)
class BillsResult:
    """The manifest, whether the files were written, and warnings about the workbook that moves payouts.

    notes: what an approval is asked for, and what came of it, for people.
    """

    manifest: Mapping[str, Any]
    written: bool
    warnings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def held_back(self) -> bool:
        """Whether a payout that is due could not be billed."""
        return bool(self.manifest["held_back"])

    def as_json(self) -> str:
        """The manifest as it stands in its file."""
        return _json(self.manifest)


@dataclass(frozen=True, slots=True)
class _Made:
    """The bills in their files, and what is to be written with them."""

    snapshot: Snapshot
    billing: Billing
    issue: Issue
    sealed: Sequence[Sealed]
    manifest: Mapping[str, Any]
    issued: int
    accounts: Sequence[PaidAccount] = ()

    @property
    def to_approve(self) -> SetOfBills:
        """The set, as people are asked to agree to it."""
        return SetOfBills(self.issue, self.billing.bills, self.accounts)


def systems(session: Session) -> tuple[str, ...]:
    """The layouts and formats that may be chosen."""
    return (*template_names("erp", "bills-", ".toml", session.settings.templates), *dict.fromkeys(FORMATS))


def bill(session: Session, request: BillsRequest) -> BillsResult:
    """Bills what is in scope. A payout that was billed before is left out and listed.

    Raises ConfigurationError for a file that is there already, and DecisionNeeded for a layout that does not
    fit the template.
    """
    form = FORMATS.get(request.system)
    layout = bills_to_pay(form, session.settings.bank) if form else _layout(session, request)
    dimensions = session.settings.close.dimensions
    layout = with_dimensions(layout, dimensions)
    currencies = listed_currencies(request.currencies)
    stage = named_stage("--move-to", request.move_to) if request.move_to else None
    vendors = _vendors(request.vendors, session.settings.files) if request.vendors else {}
    check_options(request.pay_on, request.checked, request.header, form, session.days.of(session.clock()))
    _check_reason(request.again)
    refuse_missing([request.open_bills] if request.open_bills else [])
    who = signer(session, request.ask, "prepare") if request.ask else None
    with session.reading() as reader, session.store() as store, session.caller.progress() as on_progress:
        if not request.dry_run:
            refuse_unseen(session, store)
        snapshot = fetch_scope(session, reader, _scope(request.filters), on_progress)
        given = Circumstances(
            vendors,
            store.bills(session.environment),
            snapshot.scope.days.of(snapshot.taken_at),
            currencies,
            again=request.again is not None,
            pays=layout.pays,
            bill_and_pay=request.bill_and_pay,
            closed_until=closed_until(store, session.environment),
            days=snapshot.scope.days,
            dimensions=dimensions,
        )
        _say_bare(session, snapshot)
        made = _make(session, store, snapshot, layout, given, request)
        if not made.sealed or request.dry_run or who:
            return BillsResult(made.manifest, written=False, notes=_notes(session, store, made, who))
        warnings = _write(session, store, made, request.output, stage)
        return BillsResult(made.manifest, written=True, warnings=warnings)


def _notes(session: Session, store: Store, made: _Made, who: Signer | None) -> tuple[str, ...]:
    """Why the set needs an approval; with somebody who asks for it, that it was asked."""
    if not made.sealed:
        return ()
    met = made.to_approve.met(session, store)
    why = tuple(f"Needs an approval because: {one.why}" for one in met)
    if who is None:
        return why
    said = ask_for(session, store, who, made.to_approve)
    how = (
        f"{said.request}: asked by {said.name}. Next: reconcile approve {said.request}, then the same command"
    )
    return (*why, f"{how} without --request.")


def _say_bare(session: Session, snapshot: Snapshot) -> None:
    """Says which lines have no value of a dimension that is set."""
    lines = ((one.partner_id, one.plan_name or "", one.amount.currency) for one in snapshot.lines.values())
    for sentence in without_value(session.settings.close.dimensions, lines):
        session.caller.say(sentence)


def _scope(filters: Filters) -> Scope:
    return replace(filters, stages=filters.stages or ("APPROVED",)).scope


def _make(
    session: Session,
    store: Store,
    snapshot: Snapshot,
    layout: Layout,
    given: Circumstances,
    request: BillsRequest,
) -> _Made:
    reason = request.again or ""
    issue = Issue(session.environment, snapshot.scope, layout.name, snapshot.taken_at, session.user, reason)
    issue = replace(issue, pays=layout.pays)
    known = _open_bills(request.open_bills, session.settings.files)
    billing = without_open(
        make_bills(snapshot, layout, given),
        known,
        request.anyway,
    )
    accounts: Sequence[PaidAccount] = ()
    if request.system in FORMATS:
        paying = paying_of(session, store, layout.name, request.pay_on, request.checked)
        billing, sealed, accounts = payment_files(billing, paying, issue, given.issued)
    else:
        billing, files = lay_out(billing, layout)
        sealed = seal(files, _content)
    tie = tie_out(in_currencies(snapshot, given.currencies), billing)
    said = manifest(issue, billing, sealed, tie)
    return _Made(snapshot, billing, issue, sealed, said, len(given.issued), accounts)


def _write(
    session: Session, store: Store, made: _Made, folder: Path, stage: str | None
) -> tuple[Finding, ...]:
    """Everything is on the disk, then in the store, and then the files get their names.

    So no bill is ever out that the store does not know, and what can fail does so before it is remembered.
    """
    moves = f"move-to-{stage}.xlsx"
    drafts = {one.file.name: one.content for one in made.sealed}
    drafts[MANIFEST] = _json(made.manifest).encode()
    _refuse_present(folder, (*drafts, moves))
    issued = issued_bills(made.sealed, made.issue)
    keep_rules(session, store)
    claim, set_id = claim_for(session, store, made.to_approve), session.new_id("bills", made.issue.at)
    used = (claim, set_id, made.issue.at.isoformat(timespec="seconds")) if claim else None
    with _ready(folder, drafts, private=made.issue.pays):
        if used:
            keep_list(session, store, set_id, made.to_approve.content)
        store.record_bills(session.environment, issued, made.accounts, known=made.issued, used=used)
    if stage is None:
        return ()
    billed = {bill.payout.id for bill in made.billing.bills}
    return tuple(_write_moves(session, store, folder / moves, stage, billed, made.snapshot))


def _layout(session: Session, request: BillsRequest) -> Layout:
    """The layout, compared with a template of the finance system where one is given."""
    system, header = request.system, request.header
    known = template_names("erp", "bills-", ".toml", session.settings.templates)
    if system not in known:
        raise ConfigurationError(
            f"There is no layout {system!r}; there are: {', '.join((*known, *FORMATS))}."
            f"{did_you_mean(system, (*known, *FORMATS))} Your own: erp/bills-NAME.toml in --templates."
        )
    layout = load_layout(system, template(f"erp/bills-{system}.toml", session.settings.templates))
    faults: tuple[str, ...] = ()
    if header:
        table = read_any_table(header, "Template", session.settings.files)
        faults = tuple(header_faults(layout, table[0], header.name))
    if faults:
        raise DecisionNeeded(f"Nothing was written. The layout {system} does not fit: {' '.join(faults)}")
    return layout


def _check_reason(again: str | None) -> None:
    if again is not None and not again.strip():
        raise ConfigurationError("--again needs a reason: why is it issued once more?")


def _vendors(file: Path, rules: FileRules) -> Mapping[str, Vendor]:
    return vendors_from(read_any_table(file, "Vendors", rules), file.name)


def _open_bills(file: Path | None, rules: FileRules) -> tuple[OpenBill, ...]:
    return open_bills_from(read_any_table(file, "Bills", rules), file.name) if file else ()


def _content(file: ImportFile) -> bytes:
    if file.layout.format == "csv":
        return as_csv(file)
    return table_bytes("Bills", file.header, file.rows)


def _json(manifest: Mapping[str, Any]) -> str:
    return json.dumps(manifest, indent=1, ensure_ascii=False)


def _refuse_present(folder: Path, names: Iterable[str]) -> None:
    present = [name for name in names if (folder / name).exists()]
    if present:
        raise ConfigurationError(
            f"{folder} has {present[0]} already, so nothing was written. Choose another folder."
        )


@contextmanager
def _ready(folder: Path, drafts: Mapping[str, bytes], *, private: bool) -> Iterator[None]:
    """Files that are on the disk already, and get their names when the block ends well; else nothing is left.

    private: only their owner can read them, since they hold bank accounts.

    The manifest comes last: where it is, everything is.
    """
    make_folder(folder)
    with ExitStack() as stack:
        # The last one that is entered is the first one that is left.
        for name, content in reversed(tuple(drafts.items())):
            stream = stack.enter_context(replacing(inside(folder, name), private=private))
            stream.write(content)
            stream.flush()
        yield


def _write_moves(
    session: Session, store: Store, file: Path, stage: str, payout_ids: Collection[str], snapshot: Snapshot
) -> list[Finding]:
    """A workbook in which the billed payouts stand at another stage already: for `diff` and `apply`."""
    shown = as_shown(snapshot)
    moves = Proposal({one: {"stage": stage} for one in payout_ids})
    return write_exported(session, store, file, shown, export_of(session, shown), moves)
