"""The payment files of the sample month are what their script makes of it, byte for byte."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from reconcile.resources import sample

SCRIPT = Path(__file__).parents[2] / "samples" / "make_payments.py"


@pytest.mark.skipif(not SCRIPT.exists(), reason="the script is in the checkout only")
def test_the_script_makes_the_sample_files_again(tmp_path: Path) -> None:
    program = f"import sys; from pathlib import Path; sys.path.insert(0, {str(SCRIPT.parent)!r})\n"
    program += f"import make_payments; make_payments.main(Path({str(tmp_path / 'made')!r}))"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
    made = {path.name: path.read_bytes() for path in (tmp_path / "made").iterdir()}

    assert len(made) == 10
    for name, content in made.items():
        assert sample(f"2026-03/payments/{name}").read_bytes() == content
