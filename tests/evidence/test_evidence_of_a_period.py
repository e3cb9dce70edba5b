"""The evidence of a closed period holds its pack, and its files are made again from what is in it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from evidence_packs import files_in, replaced, written

from reconcile.cli.console import Terminal
from reconcile.close.close import make_close
from reconcile.close.frozen import from_json
from reconcile.config import Choices, load
from reconcile.errors import ConfigurationError
from reconcile.jobs.closes.close_files import pack_files
from reconcile.jobs.evidence.check_pack import check_pack
from reconcile.jobs.evidence.make import make_pack
from reconcile.jobs.evidence.make_again import replay_pack
from reconcile.jobs.session import Session
from reconcile.store.closes import KeptClose, save_close
from reconcile.store.store import Store

TEMPLATES = Path(__file__).parent.parent.parent / "templates"
KEPT = Path(__file__).parent.parent / "close" / "kept" / "version_3"
APRIL, MARCH = (
    (KEPT / "inputs.json").read_text(encoding="utf-8"),
    (KEPT / "before.json").read_text(encoding="utf-8"),
)


def kept(text: str, month: int, days: int, files: Mapping[str, str]) -> KeptClose:
    """A close of 2026 as the store keeps it."""
    frozen = from_json(text, "the close")
    first, last, environment = date(2026, month, 1), date(2026, month, days), str(frozen.snapshot.environment)
    return KeptClose(
        frozen.close_id,
        environment,
        f"2026-{month:02d}",
        first,
        last,
        frozen.at.isoformat(),
        "ana",
        text,
        files,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store of two closes."""
    found = tmp_path_factory.mktemp("closes")
    (found / "made").mkdir()
    made = pack_files(make_close(from_json(APRIL, "April"), from_json(MARCH, "March")), None, found / "made")
    files = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in made.items()}
    with Store(found / "state.db") as store:
        save_close(store, kept(MARCH, 3, 31, {}))
        save_close(store, kept(APRIL, 4, 30, files | {"late.html": "ab" * 32}))
    return found


@pytest.fixture(scope="module")
def pack(folder: Path) -> Path:
    """The pack of April."""
    config = folder / "settings.toml"
    config.write_text('[profiles.acme]\nbase_url = "https://api.example.test"\n', encoding="utf-8")
    settings = load(Choices(config=config), {"RECONCILE_STATE": str(folder / "state.db")}, folder)
    made = make_pack(Session(settings, Terminal(), "ana"), "2026-04", folder / "april.zip")
    assert any("close/late.html: other templates or another version" in one for one in made.notes)
    return made.path


def test_the_files_of_the_close_are_in_it_and_are_made_again(pack: Path) -> None:
    files, replayed = files_in(pack), replay_pack(pack)

    assert not check_pack(pack).was_changed
    assert (files["close/inputs.json"], files["close/previous-inputs.json"]) == (
        APRIL.encode(),
        MARCH.encode(),
    )
    assert (replayed.differing, replayed.left_out) == ((), ())
    assert {"close/numbers.json", "close/close-2026-04.xlsx", "close/journal-USD.csv"} <= {*replayed.same}


def test_a_changed_number_of_the_close_is_found(pack: Path, tmp_path: Path) -> None:
    files = files_in(pack)
    there = written(tmp_path / "changed.zip", replaced(files, "close/numbers.json", b"{}"))

    text = "\n".join(check_pack(there).lines)
    assert "close/numbers.json is not the file that the close names." in text
    with pytest.raises(ConfigurationError, match="so nothing was made again"):
        replay_pack(there)


def test_what_comes_out_differently_is_named(pack: Path, tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    shutil.copytree(TEMPLATES, templates)
    page = templates / "close.html"
    page.write_text(page.read_text(encoding="utf-8") + "<!-- ours -->\n", encoding="utf-8")
    replayed = replay_pack(pack, templates)

    assert {one.split(";")[0] for one in replayed.differing} == {
        "close/close-2026-04-sign.html",
        "close/close-2026-04.html",
        "close/manifest.json",
    }
    assert "close/numbers.json" in replayed.same
