"""Checks an evidence pack: what `verify.py` checks, and what only the package can."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from reconcile.errors import ConfigurationError
from reconcile.evidence.pack import VERIFIER
from reconcile.evidence.verify import LARGEST, STAMP, STAMP_CHECK, Check, NoPackError, lines, read_pack
from reconcile.jobs.closes.pack_manifest import CLOSE_STAMP, MANIFEST
from reconcile.jobs.evidence.stamps import check_stamp, no_stamp, read_roots
from reconcile.stamp.token import Roots

CLOSE: Final = "close"
"""The folder of a close in a pack."""


@dataclass(frozen=True, slots=True)
class PackChecked:
    """What was found. was_changed: whether the pack is not what was written.

    stamp_fails: whether its time stamp does not hold, or is asked for and not there.
    """

    lines: tuple[str, ...]
    was_changed: bool
    stamp_fails: bool = False


def check_pack(path: Path, head: str = "", roots: Path | None = None) -> PackChecked:
    """Checks a pack. head: an end of the record from elsewhere.

    roots: a file with the root certificates of time-stamping authorities that are trusted; a stamp is asked
    for then. Raises ConfigurationError for no pack.
    """
    trusted = read_roots(roots) if roots else None
    check = opened(path, head)
    try:
        check.faults |= dict.fromkeys(_closes(check))
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ConfigurationError(f"{path} was not checked: its closes do not have their form.") from error
    if check.files.get("verify.py") != VERIFIER.read_bytes():
        check.open.append("The verify.py in the pack: it is not the one of this version of reconcile.")
    fails = _check_stamps(check, trusted)
    return PackChecked(tuple(lines(check)), bool(check.faults), fails)


def _check_stamps(check: Check, roots: Roots | None) -> bool:
    """Checks the stamp over the head and the one over the close; whether one fails, or is not there."""
    check.open = [one for one in check.open if not one.endswith(STAMP_CHECK)]
    stamps = {STAMP: "head.txt", f"{CLOSE}/{CLOSE_STAMP}": f"{CLOSE}/{MANIFEST}"}
    there = {name: of for name, of in stamps.items() if {name, of} <= check.files.keys()}
    found = [check_stamp(check.files[name], check.files[of], roots, name, of) for name, of in there.items()]
    found += [] if STAMP in there else [no_stamp(roots)]
    check.proved += [sentence for one in found for sentence in one.proved]
    check.open += [sentence for one in found for sentence in one.open]
    return any(one.fails for one in found)


def opened(path: Path, head: str = "") -> Check:
    """A pack that was read and checked. Raises ConfigurationError for what is none."""
    if not path.is_file():
        raise ConfigurationError(f"There is no file {path}. Name a pack that reconcile evidence wrote.")
    if path.stat().st_size > LARGEST:
        raise ConfigurationError(f"{path} is larger than {LARGEST >> 20:,} MB, which no pack is.")
    try:
        return Check(read_pack(path), head)
    except NoPackError as error:
        raise ConfigurationError(f"{path} was not checked: {error}.") from error


def _closes(check: Check) -> Iterator[str]:
    """The files of a close are those that its row names."""
    rows: list[dict[str, Any]] = json.loads(check.files["record.json"])["rows"]
    closes = [row["columns"] for row in rows if row["table"] == "closes" and not row["columns"]["superseded"]]
    for one in closes:
        for name, digest in json.loads(one["files"]).items():
            there = check.hashes.get(f"close/{name}", digest)
            if there != digest and one["period"] == json.loads(check.files["manifest.json"])["id"]:
                yield f"close/{name} is not the file that the close names."
