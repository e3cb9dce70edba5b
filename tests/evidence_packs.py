"""An evidence pack of a small store, and ways to change it as somebody with a text editor would."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from tampered_stores import HERE, NOW, fill

from reconcile.cli.console import Terminal
from reconcile.config import Choices, load
from reconcile.evidence.pack import zipped
from reconcile.jobs.evidence.make import PackMade, make_pack
from reconcile.jobs.session import Session
from reconcile.store.evidence.kept_files import APPLIED, KeptFile, content_of, keep_files
from reconcile.store.store import Store

WORKBOOK = b"the edited workbook"


def session_in(folder: Path, text: str = "") -> Session:
    """A session whose state is in a folder. text: of the configuration file."""
    environ = {"RECONCILE_STATE": str(folder / "state.db"), "INTROW_BASE_URL": HERE.origin}
    config = folder / "settings.toml"
    config.write_text(text or "[profiles.default]\n", encoding="utf-8")
    return Session(load(Choices(config=config), environ, folder), Terminal(), "ana")


def filled(folder: Path) -> Store:
    """A store with two runs, one of them with its workbook."""
    fill(folder / "state.db")
    store = Store(folder / "state.db")
    content = content_of(WORKBOOK)
    kept = KeptFile(
        str(HERE), "run-1", APPLIED, "march.xlsx", content.sha256, content.size, NOW, "ana", content.packed
    )
    keep_files(store, [kept])
    return store


def pack_of(folder: Path, name: str = "run-1", text: str = "") -> PackMade:
    """The pack of a run of the store in a folder."""
    return make_pack(session_in(folder, text), name, folder / f"{name}.zip", force=True)


def files_in(path: Path) -> dict[str, bytes]:
    """The files of a pack."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def written(path: Path, files: Mapping[str, bytes]) -> Path:
    """A pack of other files."""
    path.write_bytes(zipped(files))
    return path


def edited(files: dict[str, bytes], name: str, change: Callable[[Any], object]) -> dict[str, bytes]:
    """The files with one JSON file changed; its hash in the manifest follows."""
    told = json.loads(files[name])
    change(told)
    return replaced(files, name, json.dumps(told).encode())


def replaced(files: dict[str, bytes], name: str, content: bytes) -> dict[str, bytes]:
    """The files with another one in the place of one; its hash in the manifest follows."""
    files = {**files, name: content}
    manifest = json.loads(files["manifest.json"])
    if name in manifest["files"]:
        manifest["files"][name] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        files["manifest.json"] = json.dumps(manifest).encode()
    return files


def raw_zip(entries: list[tuple[str, bytes]], *, packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file with these entries, whatever their names."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", packing) as archive:
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name), content, packing)
    return target.getvalue()
