"""`reconcile bills`: live payouts to files that the finance software imports as bills."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconcile.atomic import replacing
from reconcile.cli.options import settings_options
from reconcile.cli.terminal import console, progress
from reconcile.errors import ConfigurationError, DecisionNeeded
from reconcile.jobs.new_workbooks import export_of, write_exported
from reconcile.jobs.session import now, opened_store, reading, settings_of, whoami
from reconcile.jobs.user_tables import read_any_table

if TYPE_CHECKING:
    from reconcile.config import Settings
    from reconcile.domain.snapshot import Snapshot
    from reconcile.erp.bills.import_files import ImportFile
    from reconcile.erp.bills.layout import Layout
    from reconcile.erp.bills.vendors import Vendor
    from reconcile.store.store import Store

MANIFEST = "manifest.json"


@click.command("bills")
@click.option(
    "--to", "system", required=True, metavar="LAYOUT", help="xero, netsuite, quickbooks, csv, or your own."
)
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder."
)
@click.option(
    "--vendors",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Who a partner is there: CSV or workbook.",
)
@click.option("--stage", "stages", multiple=True, help="Payouts in this stage (APPROVED); repeatable.")
@click.option(
    "--partner", "partners", multiple=True, help="Only this partner (id or exact name); repeatable."
)
@click.option(
    "--period", "periods", multiple=True, help="Only payouts ending in 2026-03, 2026-Q1 or two dates."
)
@click.option("--batch", "batches", multiple=True, help="Only payouts of this batch; repeatable.")
@click.option("--currency", "currencies", multiple=True, help="Only payouts in this currency; repeatable.")
@click.option("--again", metavar="REASON", help="Issue once more what was billed before, and say why.")
@click.option(
    "--header",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Compare the layout with this template first.",
)
@click.option(
    "--move-to", metavar="STAGE", help="Also write a workbook that moves the billed payouts to this stage."
)
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the manifest as JSON.")
@settings_options
def command(  # noqa: PLR0913  one argument per option
    *,
    system: str,
    output: Path,
    vendors: Path | None,
    stages: tuple[str, ...],
    partners: tuple[str, ...],
    periods: tuple[str, ...],
    batches: tuple[str, ...],
    currencies: tuple[str, ...],
    again: str | None,
    header: Path | None,
    move_to: str | None,
    dry_run: bool,
    as_json: bool,
    **common: Any,  # noqa: ANN401  the common options, passed on as they are
) -> int:
    """Write bill import files for the finance software, with a manifest beside them.

    A payout that was billed before is left out and listed. Exits with 1 when a payout is held back: what
    could be billed is written all the same.

    \b
    Examples:
      reconcile bills --to xero --vendors vendors.csv --period 2026-03 -o bills
      reconcile bills --to netsuite --vendors vendors.csv --currency USD -o bills --move-to PENDING_PAYMENT
    """  # noqa: D301
    from reconcile.domain.snapshot import Environment
    from reconcile.erp.bills.import_files import lay_out
    from reconcile.erp.bills.make_bills import Circumstances, in_currencies, make_bills
    from reconcile.erp.bills.manifest import Issue, issued_bills, manifest, seal, tie_out
    from reconcile.introw.fetch import fetch_snapshot
    from reconcile.jobs.scope import known_scope, listed_currencies, named_scope, named_stage
    from reconcile.report.bills import render_bills

    # Gather.
    settings = settings_of(**common)
    layout = _layout(system, settings, header)
    wanted = listed_currencies(currencies)
    stage = named_stage("--move-to", move_to) if move_to else None
    known = _vendors(vendors) if vendors else {}
    named = named_scope(stages or ("APPROVED",), partners, periods, batches)
    _check_reason(again)
    with reading(settings) as reader, opened_store(settings) as store, progress() as shown:
        environment = Environment(reader.connection.origin, settings.profile_name)
        scope = known_scope(named, reader.list_partners().records if named.partners else ())
        at = now()
        voided = settings.policy.names.voided_statuses
        snapshot = fetch_snapshot(reader, environment, scope, at, voided, shown)
        # Decide.
        given = Circumstances(known, store.bills(environment), at.date(), wanted, again=again is not None)
        billing, files = lay_out(make_bills(snapshot, layout, given), layout)
        issue = Issue(environment, scope, layout.name, at, whoami(), again or "")
        sealed = seal(files, _content)
        said = manifest(issue, billing, sealed, tie_out(in_currencies(snapshot, wanted), billing))
        # Act: all is ready, then the store, then the files have their names. So no bill is ever out that the
        # store does not know, and what can fail does so before it is remembered.
        if sealed and not dry_run:
            moves = f"move-to-{stage}.xlsx"
            drafts = {one.file.name: one.content for one in sealed} | {MANIFEST: _json(said).encode()}
            _refuse_present(output, (*drafts, moves))
            with _ready(output, drafts):
                store.record_bills(environment, issued_bills(sealed, issue))
            if stage:
                billed = {bill.payout.id for bill in billing.bills}
                _write_moves(output / moves, stage, billed, snapshot, settings, store)
    if as_json:
        click.echo(_json(said))
    else:
        render_bills(said, console(), output, written=bool(sealed and not dry_run))
    return int(said["held_back"] > 0)


def _layout(system: str, settings: Settings, header: Path | None) -> Layout:
    """The layout, compared with a template of the finance system where one is given."""
    from reconcile.erp.bills.layout import load_layout
    from reconcile.erp.bills.template_check import header_faults
    from reconcile.resources import template

    layout = load_layout(system, template(f"erp/bills-{system}.toml", settings.templates))
    faults = header_faults(layout, read_any_table(header, "Template")[0], header.name) if header else ()
    if faults:
        raise DecisionNeeded(
            "\n  ".join((f"Nothing was written. The layout {system} does not fit:", *faults))
        )
    return layout


def _check_reason(again: str | None) -> None:
    if again is not None and not again.strip():
        raise ConfigurationError("--again needs a reason: why is it issued once more?")


def _vendors(file: Path) -> Mapping[str, Vendor]:
    from reconcile.erp.bills.vendors import vendors_from

    return vendors_from(read_any_table(file, "Vendors"), file.name)


def _content(file: ImportFile) -> bytes:
    from reconcile.erp.bills.import_files import as_csv
    from reconcile.workbook.pack import table_bytes

    if file.layout.format == "csv":
        return as_csv(file)
    return table_bytes("Bills", file.header, file.rows)


def _json(said: Mapping[str, Any]) -> str:
    return json.dumps(said, indent=1, ensure_ascii=False)


def _refuse_present(folder: Path, names: Iterable[str]) -> None:
    there = [name for name in names if (folder / name).exists()]
    if there:
        raise ConfigurationError(
            f"{folder} has {there[0]} already, so nothing was written. Choose another folder."
        )


@contextmanager
def _ready(folder: Path, drafts: Mapping[str, bytes]) -> Iterator[None]:
    """Files that are on the disk already, and get their names when the block ends well; else nothing is left.

    The manifest comes last: where it is, everything is.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"The folder {folder} cannot be made: {error.strerror}.") from error
    with ExitStack() as stack:
        # The last one that is entered is the first one that is left.
        for name, content in reversed(tuple(drafts.items())):
            stream = stack.enter_context(replacing(folder / name))
            stream.write(content)
            stream.flush()
        yield


def _write_moves(
    file: Path, stage: str, payout_ids: Collection[str], snapshot: Snapshot, settings: Settings, store: Store
) -> None:
    """A workbook in which the billed payouts stand at another stage already: for `diff` and `apply`."""
    from reconcile.workbook.contract import as_shown
    from reconcile.workbook.export import Proposal

    shown = as_shown(snapshot)
    moves = Proposal({one: {"stage": stage} for one in payout_ids})
    write_exported(file, shown, export_of(shown), settings, store, moves)
