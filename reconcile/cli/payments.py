"""`reconcile payments`: payments of a finance system or a bank, matched with payouts in a workbook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconcile.cli.options import settings_options
from reconcile.cli.terminal import console, progress
from reconcile.errors import ConfigurationError, DecisionNeeded
from reconcile.jobs.new_workbooks import export_of, refuse_output, write_exported
from reconcile.jobs.session import now, opened_store, reading, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconcile.config import Settings
    from reconcile.domain.edited import Export
    from reconcile.domain.settlement import Settlement
    from reconcile.domain.snapshot import Snapshot
    from reconcile.erp.matching.open_payouts import Owed
    from reconcile.erp.matching.result import Matching
    from reconcile.erp.payments.formats.layout import TableLayout
    from reconcile.erp.payments.model import Grid, PaymentFile, Source
    from reconcile.workbook.export import Proposal


@click.command("payments")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The workbook."
)
@click.option(
    "--layout", metavar="LAYOUT", help="How tables are to be read: a name in templates/erp, or a file."
)
@click.option("--currency", default="", help="The currency, where a file does not say it.")
@click.option("--decimal", type=click.Choice(("dot", "comma")), help="What separates decimals.")
@click.option(
    "--date-order", type=click.Choice(("dmy", "mdy")), help="Whether the day or the month is first."
)
@click.option("--sign", type=click.Choice(("positive", "negative")), help="Which amounts are payments.")
@click.option(
    "--partner", "partners", multiple=True, help="Only this partner (id or exact name); repeatable."
)
@click.option(
    "--period", "periods", multiple=True, help="Only payouts ending in 2026-03, 2026-Q1 or two dates."
)
@click.option("--batch", "batches", multiple=True, help="Only payouts of this batch; repeatable.")
@click.option("--allow", multiple=True, metavar="RULE", help="Go on in spite of this error; repeatable.")
@click.option("--force", is_flag=True, help="Replace the workbook if it is there already.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--full", is_flag=True, help="Show every line of long lists.")
@settings_options
def command(  # noqa: PLR0913  one argument per option
    *,
    files: tuple[Path, ...],
    output: Path,
    layout: str | None,
    currency: str,
    decimal: str | None,
    date_order: str | None,
    sign: str | None,
    partners: tuple[str, ...],
    periods: tuple[str, ...],
    batches: tuple[str, ...],
    allow: tuple[str, ...],
    force: bool,
    as_json: bool,
    full: bool,
    **common: Any,  # noqa: ANN401  the common options, passed on as they are
) -> int:
    """Match payments with payouts, and write a workbook in which the paid ones stand at PAID.

    Reads Xero, NetSuite and QuickBooks payments, any CSV or xlsx table, camt.052/053/054, pain.002, OFX,
    MT940 and BAI2. Nothing is written to Introw: check the workbook, accept suggestions on its sheet
    Matches, and go on with `diff` and `apply`.

    \b
    Examples:
      reconcile payments statement.xml -o paid.xlsx
      reconcile payments xero.csv bank.csv --currency EUR --date-order dmy -o paid.xlsx
    """  # noqa: D301
    from reconcile.domain.snapshot import Environment
    from reconcile.erp.matching.match import match_payments
    from reconcile.erp.matching.open_payouts import owed_in
    from reconcile.erp.matching.summary import summary
    from reconcile.erp.payments.formats.read import Reading, read_payments
    from reconcile.erp.payments.formats.table import Hints
    from reconcile.introw.fetch import fetch_snapshot
    from reconcile.jobs.scope import known_scope, named_scope
    from reconcile.report.payments import render_payments
    from reconcile.workbook.contract import as_shown

    # Gather.
    refuse_output(output, force=force)
    settings = settings_of(**common)
    hints = Hints(currency.upper(), decimal or "", date_order or "", sign or "")
    how = Reading(hints, _layouts(layout, settings))
    read = [read_payments(_source(file), how) for file in files]
    named = named_scope((), partners, periods, batches)
    with reading(settings) as reader, opened_store(settings) as store, progress() as shown:
        environment = Environment(reader.connection.origin, settings.profile_name)
        scope = known_scope(named, reader.list_partners().records if named.partners else ())
        at = now()
        voided = settings.policy.names.voided_statuses
        snapshot = as_shown(fetch_snapshot(reader, environment, scope, at, voided, shown))
        # Decide.
        owed = owed_in(snapshot, store.bills(environment))
        result = match_payments(read, owed, settings.payments)
        said = summary(result, read, owed)
        _show_findings(result, full=full)
        _refuse(result, allow)
        export = export_of(snapshot)
        proposal = _proposal(result, read, owed, snapshot, export, settings)
        # Act: what is remembered before the workbook, so that none is ever out that the store does not know.
        store.record_settlements(environment, _settlements(result, export, read))
        write_exported(output, snapshot, export, settings, store, proposal, shown)
    if as_json:
        click.echo(json.dumps(said, indent=1, ensure_ascii=False))
    else:
        render_payments(said, console(), full=full)
        click.echo(f"\n{output}: check it, accept suggestions, then: reconcile diff {output}")
    return 0


def _layouts(layout: str | None, settings: Settings) -> tuple[TableLayout, ...]:
    from reconcile.erp.payments.formats.layout import built_in, load_table_layout

    return (load_table_layout(layout, settings.templates),) if layout else built_in(settings.templates)


def _source(file: Path) -> Source:
    """A file with its bytes; a workbook with the rows of its sheets as well."""
    from reconcile.erp.payments.model import Source

    try:
        content = file.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"The file {file} cannot be read ({error.strerror}).") from error
    grids = _grids(file) if content.startswith(b"PK") else {}
    return Source(file.name, content, grids)


def _grids(file: Path) -> dict[str, Grid]:
    from reconcile.erp.payments.model import GridCell, GridRow
    from reconcile.workbook.ooxml import open_book
    from reconcile.workbook.read import shown

    book = open_book(file)
    blank = GridCell("")
    return {
        sheet: tuple(
            GridRow(
                number,
                tuple(
                    GridCell(shown(cells[place]), cells[place].kind) if place in cells else blank
                    for place in range(max(cells) + 1)
                ),
            )
            for number, cells in book.rows(sheet)
        )
        for sheet in book.sheets
    }


def _show_findings(result: Matching, *, full: bool) -> None:
    from reconcile.report.terminal import render_findings

    render_findings(result.findings, console(stderr=True), full=full)


def _refuse(result: Matching, allowed: tuple[str, ...]) -> None:
    from reconcile.domain.finding import Severity

    rules = {one.rule for one in result.findings if one.severity is Severity.ERROR}
    for rule in allowed:
        if rule not in rules:
            raise ConfigurationError(
                f"--allow {rule}: there is no such error here. There are: {sorted(rules)}."
            )
    stopping = sorted(rules - set(allowed))
    if stopping:
        raise DecisionNeeded(
            f"No workbook was written: {', '.join(stopping)}. Mend the files, or pass --allow {stopping[0]}."
        )


def _settlements(result: Matching, export: Export, files: list[PaymentFile]) -> Iterator[Settlement]:
    from reconcile.erp.matching.settlements import Occasion, settlements_of

    prints = {file.name: file.sha256 for file in files}
    return settlements_of(
        result, Occasion(export.workbook_id, export.exported_at, export.exported_by, prints)
    )


def _proposal(
    result: Matching,
    files: list[PaymentFile],
    owed: tuple[Owed, ...],
    snapshot: Snapshot,
    export: Export,
    settings: Settings,
) -> Proposal:
    from reconcile.erp.matching import proposal
    from reconcile.workbook.export import ExtraSheet, Proposal
    from reconcile.workbook.read import match_token

    policy = settings.payments
    tokens = tuple(
        match_token(export.workbook_id, proposal.edits_of(match, snapshot, policy))
        for match in result.suggestions
    )
    sheets = (
        ExtraSheet("matches", tuple(proposal.match_rows(result, policy)), tokens),
        ExtraSheet("strays", tuple(proposal.stray_rows(result.strays))),
        ExtraSheet("received", tuple(proposal.received_rows(result))),
        ExtraSheet("unknown", tuple(proposal.unknown_rows(result))),
        ExtraSheet("repeated", tuple(proposal.repeated_rows(result))),
        ExtraSheet("unpaid", tuple(proposal.unpaid_rows(result.unpaid))),
        ExtraSheet("differing", tuple(proposal.differing_rows(result.differing))),
        ExtraSheet("tie_out", tuple(proposal.tie_out_rows(result, files, owed))),
    )
    return Proposal(proposal.sure_edits(result, snapshot, policy), sheets)
