"""Checks an evidence pack: what `verify.py` checks, and what only the package can."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconcile.errors import ConfigurationError
from reconcile.evidence.pack import VERIFIER
from reconcile.evidence.verify import LARGEST, Check, NoPackError, lines, read_pack


@dataclass(frozen=True, slots=True)
class PackChecked:
    """What was found. was_changed: whether the pack is not what was written."""

    lines: tuple[str, ...]
    was_changed: bool


def check_pack(path: Path, head: str = "") -> PackChecked:
    """Checks a pack. head: an end of the record from elsewhere. Raises ConfigurationError for no pack."""
    check = opened(path, head)
    try:
        check.faults += [one for one in _closes(check) if one not in check.faults]
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ConfigurationError(f"{path} was not checked: its closes do not have their form.") from error
    if check.files.get("verify.py") != VERIFIER.read_bytes():
        check.open.append("The verify.py in the pack: it is not the one of this version of reconcile.")
    return PackChecked(tuple(lines(check)), bool(check.faults))


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
