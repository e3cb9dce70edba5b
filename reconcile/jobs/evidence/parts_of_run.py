"""What the evidence of a run is made of: its rows, plan, report, workbooks, and what the plan was made of."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from reconcile import __version__
from reconcile.apply.journal_view import COLUMNS, as_csv, facts
from reconcile.apply.journal_view import rows as journal_rows
from reconcile.errors import ConfigurationError
from reconcile.evidence.masking import Masker
from reconcile.evidence.pack import Parts
from reconcile.jobs.approvals.run_approval import approval_of_run
from reconcile.jobs.evidence.keep import INPUTS_JSON
from reconcile.jobs.runs.past_report import report_of_run
from reconcile.plan.codec import OLDEST_PLAN, from_json
from reconcile.plan.model import Plan
from reconcile.report.codec import to_json
from reconcile.report.files import html
from reconcile.report.model import Approval
from reconcile.store.entries import Entry
from reconcile.store.evidence.kept_files import APPLIED, INPUTS, LARGEST_KEPT, plain_bytes
from reconcile.store.evidence.sealed_rows import SealedRow, rows_of_run, sealed_rows
from reconcile.store.run import Run
from reconcile.store.store import Store
from reconcile.store.tables import APPROVALS, EXPORTS, KEPT_FILES

_ODD: Final = re.compile(r"[^\w.-]+")


@dataclass
class Filled:
    """The files of a pack while it is filled. notes: what is left out, and why."""

    masker: Masker
    files: dict[str, bytes] = field(default_factory=dict)
    links: dict[tuple[int, str], str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, content: bytes, plain: bytes | None = None) -> bool:
        """Adds a file, unless it holds an account number or a key; answers whether it did.

        plain: what a packed file holds.
        """
        if not self.masker.is_clean(content if plain is None else plain):
            self.notes.append(
                f"{name}: it is not in the pack, since it holds a bank account number or a key. The record "
                "has its hash."
            )
            return False
        self.files[name] = content
        return True

    def add_text(self, name: str, text: str) -> None:
        """Adds a text that was made for the pack, without account numbers and keys."""
        self.files[name] = self.masker.masked(text).encode("utf-8", "replace")

    def free_name(self, folder: str, name: str) -> str:
        """A name for a file of a person that any zip program takes."""
        plain = _ODD.sub("_", name).strip("._") or "file"
        there = sum(one.startswith(f"{folder}/") for one in self.files)
        return f"{folder}/{plain}" if f"{folder}/{plain}" not in self.files else f"{folder}/{there}-{plain}"


def parts_of_run(store: Store, name: str, brought: Mapping[str, Path], masker: Masker) -> Parts:
    """The evidence of a run. brought: files by their hashes, where the store has no copy.

    Raises ConfigurationError for a run that is not there.
    """
    run = store.run(name)
    if run is None:
        raise ConfigurationError(f"There is no run {name}. List them with: reconcile history")
    filled, plan = Filled(masker), _plan(run)
    workbooks = run.workbook_id.split(", ")
    rows = sealed_rows(store, rows_of_run(name, workbooks, plan.fingerprint if plan else ""))
    entries = store.entries(name)
    if not filled.add("plan.json", run.plan.encode()):
        filled.add_text("plan.shown.json", run.plan)
    _add_made(filled, run, entries, plan, approval_of_run(store, run))
    add_approvals(filled, rows)
    _add_baselines(filled, rows)
    owner = _owner(rows, run, plan)
    for number, row in enumerate(rows):
        if row.table == KEPT_FILES.name and _is_meant(row, owner, workbooks):
            _add_kept(filled, store, number, row, brought)
    roles = {row.columns["role"] for row in rows if row.table == KEPT_FILES.name}
    if APPLIED not in roles:
        filled.notes.append("The workbooks as applied: the record of this run does not hold their hashes.")
    filled.add_text("statement.json", _statement(run, filled.files))
    return Parts("run", name, run.environment, rows, filled.files, filled.links, filled.notes)


def _plan(run: Run) -> Plan | None:
    """The plan of a run; None where it is too old to be read."""
    try:
        return from_json(run.plan, run.run_id, OLDEST_PLAN)
    except ConfigurationError:
        return None


def _add_made(
    filled: Filled, run: Run, entries: Sequence[Entry], plan: Plan | None, approval: Approval
) -> None:
    """The report and the journal for people. The shipped templates make the page the same everywhere."""
    filled.add_text("journal.csv", as_csv(journal_rows(run, entries), COLUMNS))
    end = next((one.body for one in reversed(entries) if one.kind == "end"), {})
    told = {"state": run.state, "reason": end.get("reason", ""), "read_back": end.get("verification")}
    filled.add_text("tie-out.json", json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    if plan is None:
        filled.notes.append("A report: the plan of this run is of a version that is no longer read.")
        return
    report = replace(report_of_run(run, entries), approval=approval)
    filled.add_text("report.json", to_json(report))
    filled.add_text("report.html", html(report))


def add_approvals(filled: Filled, rows: Sequence[SealedRow]) -> None:
    """Each signed statement and its signature as files, so that `ssh-keygen -Y verify` can check them."""
    statements = [row.columns for row in rows if row.table == APPROVALS.name]
    for number, one in enumerate(statements, 1):
        name = filled.free_name("approvals", f"{number}-{one['act']!s}.txt")
        if filled.add(name, f"{one['statement']!s}".encode()):
            filled.add(f"{name}.sig", f"{one['signature']!s}".encode())


def _add_baselines(filled: Filled, rows: Sequence[SealedRow]) -> None:
    for number, row in enumerate(rows):
        packed = row.columns.get("baseline")
        if row.table == EXPORTS.name and isinstance(packed, bytes):
            name = f"inputs/baseline-{_ODD.sub('_', str(row.columns['workbook_id']))}.jsonl.zlib"
            if filled.add(name, packed, zlib.decompress(packed)):
                filled.links[number, "baseline"] = name


def _owner(rows: Sequence[SealedRow], run: Run, plan: Plan | None) -> str:
    """Under whose name the inputs are kept: the run's, or that of the plan that was saved before."""
    owners = {row.columns["owner"] for row in rows if row.columns.get("role") == INPUTS}
    return run.run_id if run.run_id in owners or plan is None else plan.fingerprint


def _is_meant(row: SealedRow, owner: str, workbooks: Sequence[str]) -> bool:
    return row.columns["owner"] in (owner, *workbooks) or row.columns["role"] == APPLIED


def _add_kept(filled: Filled, store: Store, number: int, row: SealedRow, brought: Mapping[str, Path]) -> None:
    columns = row.columns
    digest, role, name, size = (f"{columns[one]!s}" for one in ("sha256", "role", "name", "size"))
    content = plain_bytes(store, digest)
    if content is None and digest in brought:
        content = brought[digest].read_bytes()
    folder = "inputs" if role == INPUTS else f"workbooks/{role}"
    place = next((one for one in _same(filled, content, folder)), None) or filled.free_name(folder, name)
    if content is None:
        filled.notes.append(
            f"{place}: only its hash is kept ({size} bytes; up to {LARGEST_KEPT >> 20} MB are kept). "
            "Add the file: --file."
        )
    elif filled.add(place, content):
        filled.links[number, "content"] = place


def _same(filled: Filled, content: bytes | None, folder: str) -> Iterator[str]:
    """The same file, where it is in the pack already."""
    return (one for one, there in filled.files.items() if one.startswith(f"{folder}/") and there == content)


def _statement(run: Run, files: Mapping[str, bytes]) -> str:
    """The tool's version and the settings, as they were told when the plan was made."""
    made = json.loads(files.get(f"inputs/{INPUTS_JSON}", b"{}"))
    names = ("tool_version", "settings", "templates", "policy")
    told = {"run": facts(run), "pack_made_by": __version__, **{name: made.get(name) for name in names}}
    return json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
