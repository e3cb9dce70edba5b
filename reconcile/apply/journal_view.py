"""The journal for an auditor: one line per entry in words, or one row per entry in columns. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from reconcile.domain.spreadsheet import csv_text
from reconcile.store.entries import Entry
from reconcile.store.run import Run

if TYPE_CHECKING:
    from reconcile.apply.executed import Executed
    from reconcile.plan.model import Plan

COLUMNS: Final = (
    "run",
    "number",
    "at",
    "by",
    "operation",
    "kind",
    "action",
    "method",
    "path",
    "request",
    "outcome",
    "status",
    "answer",
    "message",
    "result_id",
    "hash",
    "why",
)


def rows(run: Run, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """The entries as rows of `COLUMNS`; `by` is the person whose process wrote the entry."""
    found, who = [], run.started_by
    for number, entry in enumerate(entries, start=1):
        who = entry.body.get("by", who)
        found.append(_row(run, number, entry, who))
    return found


def _row(run: Run, number: int, entry: Entry, who: str) -> dict[str, Any]:
    body = entry.body
    request = body.get("body")
    given = {
        "run": run.run_id,
        "number": number,
        "at": entry.at,
        "by": who,
        "operation": entry.operation_id,
        "kind": entry.kind,
        "request": "" if request is None else json.dumps(request, ensure_ascii=False),
        "outcome": body.get("outcome") or body.get("state") or "",
        "message": body.get("message") or body.get("reason") or "",
        "hash": entry.hash,
    }
    given["why"] = body.get("why") or ""
    rest = {name: body.get(name) for name in COLUMNS if name not in given}
    return {name: (given | rest)[name] for name in COLUMNS}


def as_csv(rows_: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Rows as CSV for a spreadsheet program."""
    return csv_text(columns, ([row[name] for name in columns] for row in rows_), line_end="\n")


def facts(run: Run) -> dict[str, Any]:
    """A run without its plan."""
    return {name: value for name, value in asdict(run).items() if name != "plan"}


def words(row: Mapping[str, Any]) -> str:
    """One row of `rows` as a line for people."""
    call = " ".join(str(row[name]) for name in ("method", "path", "request") if row[name])
    result = " ".join(str(row[name]) for name in ("outcome", "status", "result_id") if row[name])
    text = ": ".join(part for part in (call or result, row["message"]) if part)
    answer = f"  answer: {row['answer']}" if row["answer"] else ""
    why = f"  reason: {row['why']}" if row["why"] else ""
    line = f"{row['at']}  {row['by']}  {row['operation'] or '-':<8} {row['kind']:<8} {text}{answer}{why}"
    # An answer may hold anything, line breaks and control characters too.
    return "".join(c if c.isprintable() else " " for c in line).rstrip()


def nothing_json(plan: Plan, exit_code: int) -> str:
    """The same for a plan that has nothing to write."""
    body: dict[str, Any] = {
        "run": None,
        "environment": str(plan.environment),
        "state": "nothing to do",
        "stopped": "",
        "exit_code": exit_code,
        "ties": True,
        "operations": [],
        "verification": None,
    }
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def run_json(executed: Executed, exit_code: int) -> str:
    """How a run ended, for a machine: its outcomes with their requests, and the read-back."""
    plan, found = executed.plan, executed.verification
    outcomes = [
        {
            "id": one.id,
            "action": one.action.value,
            "record": one.target.id,
            "place": one.target.place,
            **(asdict(executed.outcomes[one.id]) if one.id in executed.outcomes else {"outcome": None}),
        }
        for one in plan.operations
    ]
    body = {
        "run": executed.run_id,
        "environment": str(plan.environment),
        "state": "stopped" if executed.stopped else "finished",
        "stopped": executed.stopped,
        "exit_code": exit_code,
        "ties": found.ties,
        "operations": outcomes,
        "verification": asdict(found),
    }
    return json.dumps(body, indent=2, ensure_ascii=False, default=str) + "\n"
