"""Makes plan and report, or the files of a close, again from an evidence pack alone, and compares."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from reconcile.close.close import make_close
from reconcile.close.frozen import from_json as close_inputs
from reconcile.domain.snapshot import Snapshot
from reconcile.errors import ConfigurationError, ReconcileError
from reconcile.evidence.masking import Masker
from reconcile.evidence.plan_inputs import PlanInputs
from reconcile.evidence.plan_inputs import from_json as plan_inputs
from reconcile.evidence.verify import LARGEST, Check
from reconcile.jobs.approvals.run_approval import approval_in
from reconcile.jobs.closes.close_files import INPUTS, pack_files, temporary_folder
from reconcile.jobs.evidence.check_pack import opened
from reconcile.jobs.evidence.keep import ELSEWHERE, INPUTS_JSON, LIVE
from reconcile.jobs.evidence.parts_of_period import PREVIOUS
from reconcile.jobs.plan import source_of
from reconcile.jobs.readings import named, reading_of
from reconcile.jobs.runs.past_report import report_of_run
from reconcile.plan.build import build_plan
from reconcile.plan.codec import OLDEST_PLAN, from_json, to_json
from reconcile.plan.model import Plan
from reconcile.plan.sources import Source
from reconcile.report.codec import to_json as report_json
from reconcile.report.files import html
from reconcile.store.approval.kept_approvals import KeptStatement
from reconcile.store.baselines import unpacked
from reconcile.store.entries import Entry
from reconcile.store.evidence.kept_files import APPLIED
from reconcile.store.run import Run
from reconcile.workbook.read import read_workbook

_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Replayed:
    """What was made again. same: files that came out the same. differing: what did not, with where.

    left_out: what could not be made again, and why.
    """

    same: tuple[str, ...]
    differing: tuple[str, ...]
    left_out: tuple[str, ...]

    def as_text(self) -> Iterator[str]:
        """What came of it, a line each."""
        yield from (f"the same      {one}" for one in self.same)
        yield from (f"DIFFERENT     {one}" for one in self.differing)
        yield from (f"not made      {one}" for one in self.left_out)


def replay_pack(path: Path, templates: Path | None = None) -> Replayed:
    """Makes again what a pack shows, from the inputs in it, without store and network.

    Raises ConfigurationError for what is no pack, or one that was changed.
    """
    check = opened(path)
    for fault in check.faults:
        raise ConfigurationError(
            f"{path} was changed ({fault}), so nothing was made again. See: reconcile verify {path}"
        )
    record: list[dict[str, Any]] = json.loads(check.files["record.json"])["rows"]
    if json.loads(check.files["manifest.json"])["kind"] == "period":
        return _close(check, templates)
    return _run(check, record, templates)


def _run(check: Check, record: list[dict[str, Any]], templates: Path | None) -> Replayed:
    made: dict[str, str] = {}
    left_out: list[str] = []
    for what, make in (("plan.json", _plan), ("report.json and report.html", _report)):
        try:
            made |= make(check, record, templates)
        except ReconcileError as error:
            left_out.append(f"{what}: {error}")
    return _compared(check, {name: text.encode() for name, text in made.items()}, left_out)


def _compared(check: Check, made: Mapping[str, bytes], left_out: list[str]) -> Replayed:
    same, differing = [], []
    for name, content in made.items():
        there = check.files.get(name)
        if there is None:
            left_out.append(f"{name}: the pack does not hold it")
        elif there in (content, Masker().masked(content.decode("utf-8", "replace")).encode()):
            same.append(name)
        else:
            differing.append(f"{name}{_where(there, content)}")
    return Replayed(tuple(same), tuple(differing), tuple(left_out))


def _where(there: bytes, made: bytes) -> str:
    """Which parts of a JSON file differ, each with both values."""
    try:
        before, after = json.loads(there), json.loads(made)
    except ValueError:
        return ""
    names = [one for one in {**before, **after} if before.get(one) != after.get(one)]
    told = [f"{one}: {_short(before.get(one))} then, {_short(after.get(one))} now" for one in names]
    return "; ".join(["", *told])


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _plan(check: Check, record: list[dict[str, Any]], templates: Path | None) -> dict[str, str]:
    inputs = plan_inputs(_text(check, f"inputs/{INPUTS_JSON}"), INPUTS_JSON)
    if inputs.undoes:
        raise ConfigurationError(
            f"it sets back what {inputs.undoes} changed, so it rests on that run: replay the pack of that run"
        )
    live = _snapshot(_content(check, f"inputs/{LIVE}"))
    with suppress(KeyError):
        beside = _snapshot(check.files[f"inputs/{ELSEWHERE}"])
        live = replace(live, elsewhere=beside.lines, payouts_elsewhere=beside.payouts)
    sources = tuple(_sources(check, record, inputs, templates))
    made = build_plan(sources, live, inputs.policy, inputs.given)
    return {"plan.json": to_json(_as_saved(made, _text(check, "plan.json")))}


def _as_saved(made: Plan, saved: str) -> Plan:
    """The plan with the time at which it was saved: of the same plan the first inputs are kept.

    Its fingerprint does not cover when and by whom it was made, and which credits were left then.
    """
    there = from_json(saved, "plan.json", OLDEST_PLAN)
    if there.fingerprint != made.fingerprint:
        return made
    cost = replace(made.cost, credits_left=there.cost.credits_left)
    return replace(made, made_at=there.made_at, made_by=there.made_by, cost=cost)


def _sources(
    check: Check, record: list[dict[str, Any]], inputs: PlanInputs, templates: Path | None
) -> Iterator[Source]:
    kept = _columns(record, "kept_files")
    places = {one["name"]: one["content"].get("file") for one in kept if one["role"] == APPLIED}
    with temporary_folder() as folder:
        for number, (name, own, is_kept) in enumerate(
            zip(inputs.files, inputs.own, inputs.kept, strict=True)
        ):
            file = folder / f"{number}.xlsx"
            file.write_bytes(_content(check, places.get(name) or f"the workbook {name}"))
            edited = replace(read_workbook(file, inputs.policy, templates), file=name)
            baseline = f"inputs/baseline-{edited.export.workbook_id}.jsonl.zlib"
            exported = _snapshot(_inflated(_content(check, baseline))) if is_kept else None
            yield source_of(named(reading_of(edited, exported, own, inputs.policy), name), own)


def _report(check: Check, record: list[dict[str, Any]], _: Path | None) -> dict[str, str]:
    (row,) = _columns(record, "runs")
    run = Run(**{name: row[name] for name in Run.__slots__ if name != "plan"}, plan=_text(check, "plan.json"))
    entries, statements = _columns(record, "entries"), _columns(record, "approvals")
    hidden = [one["body"] for one in entries] + [one["statement"] for one in statements]
    if any(isinstance(one, dict) for one in hidden):
        raise ConfigurationError("the journal is shown without account numbers")
    approval = approval_in(
        [KeptStatement(**one) for one in statements],
        {one["request"]: one["what"] for one in _columns(record, "approval_uses")},
        run.run_id,
    )
    made = report_of_run(run, [Entry.from_row(one) for one in entries])
    report = replace(made, approval=approval)
    return {"report.json": report_json(report), "report.html": html(report)}


def _close(check: Check, templates: Path | None) -> Replayed:
    frozen = close_inputs(_text(check, f"close/{INPUTS}"), f"close/{INPUTS}")
    before = close_inputs(_text(check, PREVIOUS), PREVIOUS) if frozen.previous else None
    with temporary_folder() as folder:
        files = pack_files(make_close(frozen, before), templates, folder)
        made = {f"close/{name}": path.read_bytes() for name, path in files.items()}
    there = {name for name in check.files if name.startswith("close/")} - {PREVIOUS}
    return _compared(check, {name: made[name] for name in sorted(there & made.keys())}, [])


def _columns(record: list[dict[str, Any]], table: str) -> list[dict[str, Any]]:
    return [row["columns"] for row in record if row["table"] == table]


def _content(check: Check, name: str) -> bytes:
    if name not in check.files:
        raise ConfigurationError(f"the pack does not hold {name}")
    return check.files[name]


def _text(check: Check, name: str) -> str:
    return _content(check, name).decode("utf-8", "replace")


def _snapshot(plain: bytes) -> Snapshot:
    try:
        return unpacked(zlib.compress(plain, 1))
    except ValueError as error:
        raise ConfigurationError("what live or an export held cannot be read") from error


def _inflated(packed: bytes) -> bytes:
    """What is packed, within the budget of a pack. Raises ConfigurationError."""
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(packed, LARGEST)
    except zlib.error as error:
        raise ConfigurationError("what was exported cannot be unpacked") from error
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise ConfigurationError(
            f"what was exported unpacks to more than {LARGEST >> 20:,} MB, or is cut off"
        )
    return plain
