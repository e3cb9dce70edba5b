"""The README is the manual, so what stands in it is run here: commands, their output, settings, tables."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

from cli_session import APPROVED, DECLINE, SEED, SET_AMOUNT, SET_STAGE

from reconcile.cli import COMMANDS
from reconcile.config import Choices as Settings
from reconcile.config import load
from reconcile.domain.policy.close import CHECK_NAMES
from reconcile.domain.policy.names_and_limits import Limits, ReadLimits
from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.sandbox.choices import Choices
from reconcile.sandbox.server import running
from reconcile.workbook.contract.layout import load_layout
from reconcile.workbook.copy.cell_editor import Keystroke, type_into

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
TEXT = README.read_text(encoding="utf-8")
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
# What differs from run to run, and what stands for it in the comparison.
VOLATILE = (
    (r"http://127\.0\.0\.1:\d+|127\.0\.0\.1:\d+", "HOST"),
    (r"\b(wb|run|close)-\d{8}-\d{6}-[0-9a-f]{6}", "ID"),
    (r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d( UTC)?", "TIME"),
    (r"(UTC by |TIME by |TIME  )\S+", r"\1WHO"),
    (r"Plan fingerprint: [0-9a-f]{16}", "Plan fingerprint: F"),
    (r"State store: .*?,", "State store: FILE,"),
    (r"[+-]\d+ s from ours", "N s from ours"),
    (r"\d+ calls left", "N calls left"),
)


def _steady(text: str) -> str:
    for pattern, word in VOLATILE:
        text = re.sub(pattern, word, text)
    return "\n".join(line.rstrip() for line in text.splitlines())


def _run(command: str, folder: Path, environ: dict[str, str]) -> str:
    if command.startswith("export "):
        return ""
    words = [sys.executable, "-m", *shlex.split(command)]
    done = subprocess.run(
        words,
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _played(block: str, folder: Path, environ: dict[str, str], url: str) -> str:
    shown = []
    for command in re.findall(r"^\$ (.*)$", block, re.MULTILINE):
        shown.append(f"$ {command}")
        if command.startswith("reconcile sandbox"):
            shown.append(f"Sandbox ready at {url} (key: sandbox-key)")
            continue
        if command == "reconcile check approved.xlsx":
            _edit(folder / "approved.xlsx")
        if command == "reconcile diff paid.xlsx --quiet":
            type_into(folder / "paid.xlsx", folder / "paid.xlsx", [Keystroke("Matches", 2, "Accept", "Yes")])
        shown += _run(command, folder, environ).splitlines()
    return "\n".join(line.rstrip() for line in shown) + "\n"


def _edit(workbook: Path) -> None:
    """What the README asks the reader to type."""
    po_number = Keystroke("Payouts", APPROVED, "PO number", "000777")
    type_into(workbook, workbook, [SET_STAGE, po_number, SET_AMOUNT, *DECLINE])


def test_the_tour_prints_what_the_readme_shows(tmp_path: Path) -> None:
    environ = os.environ | {"INTROW_API_KEY": "sandbox-key", "RECONCILE_STATE": str(tmp_path / "state.db")}
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    with running(SEED, Choices()) as url:
        environ["INTROW_BASE_URL"] = url
        played = [_played(block, tmp_path, environ, url) for block in BLOCK.findall(TEXT)]
    if os.environ.get("RECONCILE_UPDATE"):
        README.write_text(_updated(played, url), encoding="utf-8")

    for shown, real in zip(BLOCK.findall(README.read_text(encoding="utf-8")), played, strict=True):
        assert _steady(real) == _steady(shown), "refresh with: RECONCILE_UPDATE=1 pytest tests/test_readme.py"


def _updated(played: list[str], url: str) -> str:
    """The README with what is printed now. A block that says the same keeps the moments that it shows."""
    blocks = iter(played)

    def block(match: re.Match[str]) -> str:
        now = next(blocks)
        return match[0] if _steady(now) == _steady(match[1]) else f"```console\n{now}```"

    text = BLOCK.sub(block, TEXT)
    text = text.replace(url, "http://127.0.0.1:8080").replace(url.removeprefix("http://"), "127.0.0.1:8080")
    text = re.sub(r"State store: .*?,", "State store: ~/.local/state/reconcile/state.db,", text)
    return re.sub(r"(UTC by |T\d\d:\d\d  )\S+", r"\1ana", text)


def test_the_settings_in_the_readme_are_settings(tmp_path: Path) -> None:
    text = re.search(r"\n## Settings\n.*?```toml\n(.*?)```", TEXT, re.DOTALL)
    assert text
    file = tmp_path / "reconcile.toml"
    file.write_text(text[1], encoding="utf-8")
    settings = load(Settings(), {}, tmp_path)

    assert tomllib.loads(text[1])["limits"]
    assert settings.profile_name == "production"
    assert settings.policy.po_required_stages == ("PENDING_PAYMENT", "PAID")


def test_the_template_in_the_readme_is_a_template(tmp_path: Path) -> None:
    text = re.search(r"\n## The workbook: look.*?```toml\n(.*?)```", TEXT, re.DOTALL)
    assert text
    (tmp_path / "workbook.toml").write_text(text[1], encoding="utf-8")

    layout = load_layout(tmp_path)

    assert layout.paper["size"] == "Letter"
    assert layout.columns["lines"]["amount"].label == "Betrag"


def test_the_settings_of_payments_in_the_readme_are_settings_and_all_of_them(tmp_path: Path) -> None:
    text = re.search(r"```ini\n(.*?)```", TEXT, re.DOTALL)
    assert text
    (tmp_path / "reconcile.toml").write_text(text[1], encoding="utf-8")
    settings = load(Settings(), {}, tmp_path)

    assert settings.payments.tolerance_of("USD").absolute == 15
    assert settings.payments.note == "Paid {date}, reference {reference}."
    named = tomllib.loads(text[1])["payments"].keys()
    assert named == set(PaymentPolicy.__slots__) - {"paid_stage", "failed_stage"}


def test_the_settings_of_the_close_in_the_readme_are_settings(tmp_path: Path) -> None:
    (text,) = [block for block in re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL) if "[close]" in block]
    (tmp_path / "reconcile.toml").write_text(text, encoding="utf-8")
    policy = load(Settings(), {}, tmp_path).close

    assert policy.checks["no-po"] == "blocking"
    assert policy.expense.account("", "Referral plan", "USD") == "6210"
    assert [name for name in CHECK_NAMES if f"| `{name}` |" not in TEXT] == []


def test_every_command_and_every_limit_stands_in_the_readme() -> None:
    assert [name for name in COMMANDS if f"| `{name}` |" not in TEXT] == []
    assert [name for name in (*Limits.__slots__, *ReadLimits.__slots__) if f"`{name}`" not in TEXT] == []


def test_the_gate_runs_the_two_commands_of_the_readme() -> None:
    gate = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    set_up, test = re.findall(r"```sh\n(.*?)\n```", TEXT, re.DOTALL)

    for part in (*set_up.split(" && "), *test.split(" && ")):
        assert part.replace("pip install", "pip install -q") in gate or part in gate


def test_the_measurements_are_the_page_that_the_benchmarks_wrote() -> None:
    assert (ROOT / "samples" / "bench.md").read_text(encoding="utf-8").strip() in TEXT
