"""Versions, their page, and the script that runs at night."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reconcile import __version__
from reconcile.domain.edited import SCHEMA_VERSION
from reconcile.plan.model import PLAN_VERSION
from reconcile.resources import manual_page
from reconcile.sandbox.choices import Choices
from reconcile.sandbox.server import running
from reconcile.store.tables import STORE_VERSION

ROOT = Path(__file__).parent.parent
SEED = ROOT / "samples" / "2026-03" / "seed.json"
UNREACHABLE = "http://127.0.0.1:9"


def hatchling(folder: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "version", *words],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout.strip()


def test_one_command_raises_the_version_wherever_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "reconcile").mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "reconcile/__init__.py"):
        shutil.copy(ROOT / name, tmp_path / name)

    assert hatchling(tmp_path) == __version__
    hatchling(tmp_path, "99.1.0")
    assert '__version__ = "99.1.0"' in (tmp_path / "reconcile" / "__init__.py").read_text(encoding="utf-8")
    assert hatchling(tmp_path) == "99.1.0"


def test_the_page_of_changes_begins_with_this_version_and_what_it_reads_and_writes() -> None:
    newest = manual_page("changes").split("\n## ")[1]

    assert newest.startswith(__version__)
    assert f"| state store | {STORE_VERSION} |" in newest
    assert f"| plan file | {PLAN_VERSION} |" in newest
    assert f"| workbook | {SCHEMA_VERSION} |" in newest


@pytest.fixture
def nightly(tmp_path: Path) -> Path:
    """The script of the page, beside a `reconcile` for it."""
    found = re.search(r"```sh\n(#!/bin/sh\n.*?)```", manual_page("schedule"), re.DOTALL)
    assert found
    script, program = tmp_path / "nightly.sh", tmp_path / "reconcile"
    script.write_text(found[1], encoding="utf-8")
    program.write_text(f'#!/bin/sh\necho try >>"$HOME/tries"\nexec {sys.executable} -m reconcile "$@"\n')
    for one in (script, program):
        one.chmod(0o755)
    (tmp_path / "night").mkdir()
    return script


def at_night(nightly: Path, url: str) -> tuple[int, str, int]:
    """Runs it with the few variables that cron gives; answers its exit code, what it prints, and the tries."""
    home = nightly.parent
    settings = home / ".config" / "reconcile" / "reconcile.toml"
    settings.parent.mkdir(parents=True)
    key = settings.with_name("introw.key")
    key.write_text("sandbox-key")
    key.chmod(0o600)
    settings.write_text(f'[profiles.default]\nbase_url = "{url}"\napi_key_file = "{key}"\n', encoding="utf-8")
    done = subprocess.run(
        [nightly, home / "night"],
        env={
            "HOME": str(home),
            "PATH": "/usr/bin:/bin",
            "SHELL": "/bin/sh",
            "RECONCILE": str(home / "reconcile"),
            "PAUSE": "0",
            "PYTHONPATH": str(ROOT),
        },
        cwd=home,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stdout, len((home / "tries").read_text().split())


def test_a_quiet_night_leaves_a_workbook_and_says_nothing(nightly: Path) -> None:
    with running(SEED, Choices(rate=100_000)) as url:
        assert at_night(nightly, url) == (0, "", 1)

    assert [one.suffix for one in sorted((nightly.parent / "night").iterdir())] == [".log", ".xlsx"]


def test_a_server_that_is_not_there_is_tried_three_times_and_told_in_one_line(nightly: Path) -> None:
    code, told, tries = at_night(nightly, UNREACHABLE)

    assert (code, tries) == (3, 3)
    assert told.startswith("reconcile: Introw could not be read in three tries")
    assert len(told.splitlines()) == 1


def test_wrong_settings_are_told_and_not_tried_again(nightly: Path) -> None:
    code, told, tries = at_night(nightly, "ftp://introw")

    assert (code, tries) == (2, 1)
    assert "ended with 2" in told
