"""The renderings, character by character. Refresh them with: RECONCILE_UPDATE=1 pytest tests/report/test_golden.py."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from report_cases import everything, hostile, huge, run_report
from rich.console import Console

from reconcile.plan.model import Plan
from reconcile.report.build import report_on
from reconcile.report.codec import SCHEMA_FILE, schema, to_json
from reconcile.report.files import html, markdown
from reconcile.report.model import Report
from reconcile.report.run import render_run
from reconcile.report.terminal import render
from reconcile.report.version_1 import to_json_1

GOLDEN = Path(__file__).parent.parent / "golden"
COMMAND = "RECONCILE_UPDATE=1 pytest tests/report/test_golden.py"


def terminal(report: Report) -> str:
    written = io.StringIO()
    console = Console(file=written, width=80, force_terminal=True, color_system=None)
    render(report, console)
    render_run(report, console)
    return written.getvalue()


def full(report: Report) -> str:
    written = io.StringIO()
    render(report, Console(file=written, width=100), full=True)
    return written.getvalue()


RENDERINGS: dict[str, Callable[[Report], str]] = {
    "txt": terminal,
    "full.txt": full,
    "json": to_json,
    "html": html,
    "md": markdown,
}
REPORTS: dict[str, Callable[[], Report]] = {
    "report": lambda: report_on(everything()),
    "run": run_report,
}


def _compare(file: Path, text: str) -> None:
    if os.environ.get("RECONCILE_UPDATE"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    assert text == file.read_text(encoding="utf-8"), f"{file.name} differs; look at it, then: {COMMAND}"


@pytest.mark.parametrize("ending", RENDERINGS)
@pytest.mark.parametrize("name", REPORTS)
def test_a_rendering_is_what_it_was(name: str, ending: str) -> None:
    _compare(GOLDEN / f"{name}.{ending}", RENDERINGS[ending](REPORTS[name]()))


@pytest.mark.parametrize("name", REPORTS)
def test_version_1_of_the_json_is_still_written_as_it_was(name: str) -> None:
    kept = (GOLDEN / f"{name}.v1.json").read_text(encoding="utf-8")
    schema_1 = json.loads(SCHEMA_FILE.with_name("report.v1.schema.json").read_text(encoding="utf-8"))
    written = json.loads(to_json_1(REPORTS[name]()))

    assert written == json.loads(kept)
    jsonschema.validate(written, schema_1)


def test_the_published_schema_is_the_one_of_the_types() -> None:
    _compare(SCHEMA_FILE, schema())


@pytest.mark.parametrize("plan", [everything, hostile, lambda: huge(3, 2)])
def test_the_json_fits_its_schema(plan: Callable[[], Plan]) -> None:
    published = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(published)

    jsonschema.validate(json.loads(to_json(report_on(plan()))), published)
    jsonschema.validate(json.loads(to_json(run_report())), published)


def test_the_schema_refuses_what_is_no_report() -> None:
    published = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    told = json.loads(to_json(report_on(everything())))

    for wrong in ({**told, "version": 1}, {**told, "payouts": 1}, {"format": "reconcile-report"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, published)
