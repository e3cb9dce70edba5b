"""`--report`: the report as files, of a plan and of its run."""

from __future__ import annotations

import json

from cli_session import SET_AMOUNT, CliSession


def test_a_plan_is_written_to_every_file_that_is_asked_for(cli: CliSession) -> None:
    names = [cli.folder / f"report.{ending}" for ending in ("html", "md", "json")]
    wanted = [word for name in names for word in ("--report", name)]
    code, out, _ = cli.run("diff", cli.edit(cli.export(), SET_AMOUNT), *wanted, "--json")

    assert code == 0
    assert names[2].read_text(encoding="utf-8") == out
    assert all("512.50 USD" in name.read_text(encoding="utf-8") for name in names[:2])


def test_apply_writes_what_the_run_did(cli: CliSession) -> None:
    file = cli.folder / "run.json"
    code, _, _ = cli.run("apply", cli.edit(cli.export(), SET_AMOUNT), "--yes", "--report", file)
    run = json.loads(file.read_text(encoding="utf-8"))["run"]

    assert code == 0
    assert run["ties"] is True
    assert [one["outcome"] for one in run["outcomes"]] == ["applied"]
    assert [total["seen"] for total in run["verification"]["totals"]] == ["512.50"]


def test_the_json_of_version_1_is_written_on_request(cli: CliSession) -> None:
    file = cli.folder / "run.v1.json"
    code, _, _ = cli.run("apply", cli.edit(cli.export(), SET_AMOUNT), "--yes", "--report", file)
    written = json.loads(file.read_text(encoding="utf-8"))

    assert code == 0
    assert written["version"] == 1
    assert {total["residual"] for total in written["run"]["totals"]} <= {"0", "0.0", "0.00"}


def test_a_report_of_an_unknown_kind_is_refused_before_any_work(cli: CliSession) -> None:
    code, _, err = cli.run("diff", "missing.xlsx", "--report", cli.folder / "report.doc")

    assert code == 2
    assert ".html, .md, .json" in err
