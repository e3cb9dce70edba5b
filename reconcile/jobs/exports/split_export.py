"""Writes the workbooks of a split export: all of them or none, with an index of who gets which."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconcile.atomic import new_folder, write_text
from reconcile.domain.edited import Export
from reconcile.domain.finding import Finding
from reconcile.domain.money import Money, totals
from reconcile.domain.policy.file_rules import FileRules
from reconcile.domain.progress import Progress
from reconcile.domain.snapshot import Snapshot
from reconcile.domain.split.split_by import Part, SplitWorkbook, file_names
from reconcile.domain.spreadsheet import csv_text
from reconcile.errors import ConfigurationError
from reconcile.jobs.doctor.server_words import tried_reasons
from reconcile.jobs.evidence.keep_workbooks import keep_sent
from reconcile.jobs.exports.new_workbooks import export_of
from reconcile.jobs.named_files import check_size
from reconcile.jobs.session import Session
from reconcile.store.baselines import SentAs
from reconcile.store.store import Store
from reconcile.workbook.export import NOTHING, Beside, Proposal, write_workbook

INDEX = "index.csv"
_FEW = 5
_COLUMNS = ("file", "part", "recipient", "id", "payouts", "lines", "money on lines", "workbook id")


@dataclass(frozen=True, slots=True)
class SetWorkbook:
    """One workbook that is to be written: its part of the snapshot, its identity, and who gets it."""

    part: Part
    export: Export
    split: SplitWorkbook


def refuse_folder(folder: Path) -> None:
    """Raises ConfigurationError for a folder that holds something, or cannot be one."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigurationError(f"{folder} is there already; name a folder that is new or empty.")
    parent = folder.absolute().parent
    if not parent.is_dir():
        raise ConfigurationError(f"There is no folder {parent} to write {folder.name} into.")


def folder_for(output: Path) -> Path:
    """The folder for the workbooks that stand in for one that would be too large.

    Raises ConfigurationError where something is there already.
    """
    folder = output.with_suffix("")
    refuse_folder(folder)
    return folder


def write_set(
    session: Session,
    store: Store,
    folder: Path,
    cut: Sequence[tuple[Part, Sequence[Part]]],
    recipients: Path | None,
    proposal: Proposal,
    on_progress: Progress | None = None,
    note: str = "",
) -> tuple[tuple[SplitWorkbook, ...], list[Finding]]:
    """One workbook for each chunk of each part: all baselines at once, then all files at once.

    Returns the workbooks with who gets each, and warnings. cut: the parts with their chunks. recipients: a
    file, see `read_recipients`. proposal: what each brings beside. on_progress: is told of the rows of each
    workbook. note: what stands in each.
    """
    rules = session.settings.files
    named = read_recipients(recipients, [part for part, _ in cut], rules) if recipients else {}
    set_id = session.new_id("set", session.clock())
    parts = [chunk for _, chunks in cut for chunk in chunks]
    files = file_names(part.name for part in parts)
    workbooks = []
    for number, (part, file) in enumerate(zip(parts, files, strict=True), start=1):
        export = export_of(session, part.snapshot, f"-{number:03d}")
        recipient = named.get(part.id, part.name)
        split = SplitWorkbook(set_id, export.workbook_id, file, part.name, recipient)
        workbooks.append(SetWorkbook(part, export, split))
    split_workbooks = tuple(one.split for one in workbooks)
    beside = Beside(note, tried_reasons(session, store))
    with new_folder(folder) as draft:
        findings = write_workbooks(session, draft, workbooks, proposal, on_progress, beside)
        sent_as = SentAs(note=note, reasons_told=session.settings.policy.reasons_on_statements)
        store.save_exports([(one.export, one.part.snapshot) for one in workbooks], split_workbooks, sent_as)
        keep_sent(session, store, [(one.export.workbook_id, draft / one.split.file) for one in workbooks])
    return split_workbooks, findings


def read_recipients(file: Path, parts: Sequence[Part], rules: FileRules) -> Mapping[str, str]:
    """Who gets which part, by its id, from a CSV file with the columns `part` (id or name) and `recipient`.

    A list may name parts that this export does not have: the same list serves every month. Raises
    ConfigurationError for a file without these columns, for a part that is several, and where no line of the
    list names a part of this export.
    """
    found: dict[str, str] = {}
    named: dict[str, list[str]] = {}
    for part in parts:
        for text in {part.id, part.name}:
            named.setdefault(text, []).append(part.id)
    for line, row in _recipient_rows(file, rules):
        name = (row["part"] or "").strip()
        matching = named.get(name, [])
        if len(matching) > 1:
            raise ConfigurationError(
                f"{file}, line {line}: {name!r} is {len(matching)} parts of this export."
            )
        if matching:
            found[matching[0]] = (row["recipient"] or "").strip()
    if not found:
        names = ", ".join(part.name for part in parts[:_FEW])
        raise ConfigurationError(f"{file} names no part of this export; its parts are: {names}.")
    return found


def _recipient_rows(file: Path, rules: FileRules) -> list[tuple[int, dict[str, str | None]]]:
    """The rows with the numbers of their lines."""
    check_size(file, rules)
    try:
        text = file.read_text(encoding="utf-8-sig")
        # Where the comma is for decimals, Excel writes semicolons.
        mark = ";" if ";" in text.partition("\n")[0] else ","
        rows = csv.DictReader(io.StringIO(text), delimiter=mark)
        if not {"part", "recipient"} <= set(rows.fieldnames or ()):
            raise ConfigurationError(f"{file} needs the columns part and recipient in its first line.")
        return [(rows.line_num, row) for row in rows]
    except csv.Error as error:
        raise ConfigurationError(f"The list of recipients {file} is no CSV file: {error}.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The list of recipients {file} cannot be read as UTF-8 text.") from error


def write_workbooks(
    session: Session,
    folder: Path,
    workbooks: Sequence[SetWorkbook],
    proposal: Proposal,
    on_progress: Progress | None = None,
    beside: Beside = NOTHING,
) -> list[Finding]:
    """Writes the workbooks and the index into a folder. Returns warnings."""
    findings: list[Finding] = []
    policy, templates = session.settings.policy, session.settings.templates
    for one in workbooks:
        path = folder / one.split.file
        findings += write_workbook(
            path,
            one.part.snapshot,
            one.export,
            policy,
            templates,
            proposal,
            on_progress=on_progress,
            beside=beside,
        )
    write_text(folder / INDEX, index(workbooks))
    return findings


def index(workbooks: Sequence[SetWorkbook]) -> str:
    """The index as CSV that spreadsheet programs open."""
    return "\ufeff" + csv_text(_COLUMNS, map(_index_row, workbooks))


def _index_row(one: SetWorkbook) -> tuple[object, ...]:
    snapshot, split = one.part.snapshot, one.split
    words = (split.file, split.part, split.recipient, one.part.id)
    return (*words, len(snapshot.payouts), len(snapshot.lines), _money(snapshot), split.workbook_id)


def _money(snapshot: Snapshot) -> str:
    sums = totals(line.amount for line in snapshot.lines.values())
    return "; ".join(str(Money(amount, currency)) for currency, amount in sums.items())
