"""What is written can be read by its owner alone, and never leaves its folder by a link."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reconcile import atomic
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
    with pytest.raises(ConfigurationError, match=r"^out leads out of the working folder by a link"):
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


# Who writes files without `reconcile.atomic`, and why that is private and stays in its place all the same.
WRITERS = {
    "atomic": "it is the one place",
    "cli/output": "/dev/null, where nobody reads any more",
    "desk/asked_plans": "a temporary folder",
    "desk/brought": "a temporary folder",
    "desk/close_order": "a temporary folder, or the desk's folder, 0700 whatever the umask",
    "desk/demo_desk": "a temporary folder",
    "desk/made_files": "a temporary folder",
    "desk/pages/": "a temporary folder",
    "desk/runs/": "the desk's folder, 0700 whatever the umask",
    "jobs/notices/told_before": "a folder of the state store, 0700 whatever the umask",
    "jobs/kept_live": "a folder of the state store, 0700 whatever the umask",
    "jobs/pickup/kept_arrivals": "a folder of the state store, 0700 whatever the umask",
    "jobs/pickup/pick_up_mails": "a temporary folder",
    "evidence/pack": "into streams that atomic opens",
    "jobs/evidence/make_again": "a temporary folder",
    "people/keys": "it only reads",
    "jobs/closes/close_files": "in a folder that atomic makes, or a temporary one",
    "jobs/closes/close_stamp": "in a folder that atomic makes, or a temporary one",
    "jobs/closes/pack_manifest": "in a folder that atomic makes, or a temporary one",
    "jobs/closes/roll_up": "in a folder that atomic makes, or a temporary one",
    "jobs/setup/api_key": "it only reads",
    "jobs/shown_reports": "a folder of the state store, 0700 whatever the umask",
    "store/anchor": "0600 whatever the umask",
    "store/database": "0600 whatever the umask",
    "store/postgres/team_database": "a folder of the state store, 0700 whatever the umask",
    "trusted_files": "the user's own state folder, 0700 whatever the umask",
    "workbook/doctor/": "a temporary folder",
    "workbook/export/xlsxwriter_port": "into streams that atomic opens, and a temporary file without a name",
    "workbook/ooxml/package_edit": "into streams that atomic opens",
    "jobs/setup/init": "a temporary folder",
}
MAKING = {
    "chmod", "copy", "copy2", "copyfile", "copytree", "link_to", "hardlink_to", "makedirs", "mkdir", "mkdtemp",
    "mknod", "move", "rename", "symlink", "symlink_to", "touch", "umask", "write_bytes", "TemporaryDirectory",
    "TemporaryFile", "NamedTemporaryFile",
}  # fmt: skip
MODULES = {"os", "shutil", "Path", "path", "tempfile"}


def _makes_files(call: ast.Call) -> bool:
    """Whether a call may make a file, a folder or a link, or change who can read one."""
    name = getattr(call.func, "attr", None) or getattr(call.func, "id", "")
    owner = getattr(getattr(call.func, "value", None), "id", "")
    if name in ("open", "fdopen", "ZipFile"):
        modes = [
            each.value
            for each in (*call.args, *(one.value for one in call.keywords))
            if isinstance(each, ast.Constant) and isinstance(each.value, str)
        ]
        return owner == "os" or any(len(mode) <= 3 and set(mode) & set("wax+") for mode in modes)
    if name == "write_text":
        return isinstance(call.func, ast.Attribute)
    if name in ("copy", "move", "rename"):
        return owner in MODULES
    return name in MAKING


def test_every_file_is_written_by_the_one_place_that_keeps_it_private_and_in_its_folder() -> None:
    package = Path(atomic.__file__).parent
    found = set()
    for file in package.rglob("*.py"):
        name = file.relative_to(package).with_suffix("").as_posix()
        tree = ast.parse(file.read_text(encoding="utf-8"))
        if any(isinstance(node, ast.Call) and _makes_files(node) for node in ast.walk(tree)):
            found.add(next((one for one in WRITERS if one.endswith("/") and name.startswith(one)), name))

    assert sorted(found - WRITERS.keys()) == [], "write by reconcile.atomic"
    assert sorted(WRITERS.keys() - found) == [], "these write nothing by themselves"


def test_all_that_a_whole_tour_leaves_behind_is_private(tmp_path: Path) -> None:
    """In a process of its own, with the umask that lets everybody read."""
    homes = {f"XDG_{kind}_HOME": str(tmp_path / kind) for kind in ("STATE", "CONFIG", "DATA", "CACHE")}
    environment = {**os.environ, **homes, "HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    environment.pop("RECONCILE_STATE", None)
    program = "import os, sys; os.umask(0o022); from reconcile.cli import main; main()"
    subprocess.run(
        [sys.executable, "-c", program, "demo", "-o", "tour"],
        cwd=tmp_path, env=environment, check=True, timeout=300, capture_output=True,
    )  # fmt: skip

    made = list((tmp_path / "tour").rglob("*"))
    assert len(made) > 5
    assert [path.name for path in (tmp_path / "tour", *made) if path.stat().st_mode & 0o077] == []
