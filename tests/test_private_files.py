"""What is written can be read by its owner alone, and never leaves its folder by a link."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from reconcile.atomic import make_folder, new_folder, replacing, write_text
from reconcile.errors import ConfigurationError

PROGRAM = """
import os, sys
from pathlib import Path
from reconcile import atomic
from reconcile.jobs.closes.close_files import temporary_folder
os.umask(0o022)
atomic.keep_files_private() if sys.argv[1] == "private" else None
atomic.write_text(Path("report.html"), "money")
atomic.make_folder(Path("bills"))
with atomic.new_folder(Path("set")) as folder:
    atomic.write_text(folder / "march.xlsx", "money")
with temporary_folder() as folder:
    (folder / "pack.xlsx").write_text("money")
    modes = [path.stat().st_mode for path in (folder, folder / "pack.xlsx")]
modes += [Path(name).stat().st_mode for name in ("report.html", "bills", "set", "set/march.xlsx")]
print(*(oct(mode & 0o777) for mode in modes))
"""


def _modes(kind: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, kind], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.split()


def test_what_is_written_is_private() -> None:
    assert _modes("private") == ["0o700", "0o600", "0o600", "0o700", "0o700", "0o600"]


def test_the_umask_of_the_user_decides_where_files_are_shared() -> None:
    assert _modes("shared")[2:] == ["0o644", "0o755", "0o755", "0o644"]


@pytest.mark.parametrize(
    ("setting", "mode"),
    [("", 0o600), ("[files]\nprivate = true\n", 0o600), ("[files]\nprivate = false\n", 0o644)],
)
def test_a_command_writes_as_the_setting_says(setting: str, mode: int, tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(setting, encoding="utf-8")
    program = (
        "import os, sys; os.umask(0o022); from pathlib import Path; from reconcile import cli; "
        "from reconcile.jobs import session; from reconcile.config import Choices; "
        "cli.run = lambda words: (session.open_session(Choices(config=Path('own.toml')), None), "
        "Path('out').write_text('x'), 0)[-1]; cli.main()"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60, cwd=tmp_path)

    assert (tmp_path / "out").stat().st_mode & 0o777 == mode


def test_a_link_in_the_place_of_an_output_is_replaced_and_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine", encoding="utf-8")
    link = tmp_path / "report.html"
    link.symlink_to(victim)
    write_text(link, "report")

    assert victim.read_text(encoding="utf-8") == "mine"
    assert link.read_text(encoding="utf-8") == "report"
    assert not link.is_symlink()


def test_a_folder_that_is_a_link_to_elsewhere_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, elsewhere = tmp_path / "work", tmp_path / "elsewhere"
    work.mkdir()
    elsewhere.mkdir()
    (work / "out").symlink_to(elsewhere)
    monkeypatch.chdir(work)

    for path in (Path("out/report.html"), Path("out/deeper/report.html"), work / "out" / "report.html"):
        with (
            pytest.raises(ConfigurationError, match="leads out of the working folder by a link"),
            replacing(path),
        ):
            pass
        with (
            pytest.raises(ConfigurationError, match="leads out of the working folder by a link"),
            new_folder(path),
        ):
            pass
    with pytest.raises(ConfigurationError, match="leads out of the working folder by a link"):
        make_folder(Path("out"))
    assert list(elsewhere.iterdir()) == []


def test_a_link_that_stays_inside_and_a_folder_of_the_users_own_are_fine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = tmp_path / "work"
    (work / "real").mkdir(parents=True)
    (work / "inside").symlink_to("real")
    (tmp_path / "linked").symlink_to(work)
    monkeypatch.chdir(work)

    for path in (Path("inside/a"), Path("../linked/b"), tmp_path / "linked" / "c", tmp_path / "d"):
        write_text(path, "x")
        assert path.read_text(encoding="utf-8") == "x"
