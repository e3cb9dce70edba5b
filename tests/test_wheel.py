"""The wheel carries what the program needs: its templates and its samples."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_a_template_opens_from_the_installed_wheel(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=120)
    wheel = next(tmp_path.glob("*.whl"))
    venv.create(tmp_path / "fresh", with_pip=True)
    python = tmp_path / "fresh" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    # Without its dependencies: what is looked for needs none of them, and no network is used.
    install = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run(install, check=True, capture_output=True, timeout=120)
    program = (
        "from reconcile.resources import sample, template; "
        "print(template('report.html'), template('workbook.toml').stat().st_size > 0, sample('2026-03/seed.json'))"
    )
    done = subprocess.run(
        [python, "-c", program], check=True, capture_output=True, text=True, cwd=tmp_path, timeout=60
    )

    assert str(tmp_path / "fresh") in done.stdout
    assert "True" in done.stdout
