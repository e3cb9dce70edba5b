"""Puts an evidence pack together: record, manifest, proofs, and a zip file that is always the same. Pure."""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from reconcile.evidence.masking import Masker
from reconcile.evidence.merkle import Tree
from reconcile.evidence.verify import STAMP, STAMP_CHECK
from reconcile.store.evidence.sealed_rows import SealedRow
from reconcile.store.seals import Value

FORMAT: Final = "reconcile-evidence"
VERIFIER: Final = Path(__file__).with_name("verify.py")
_DATED: Final = (1980, 1, 1, 0, 0, 0)
_README: Final = """Evidence of {kind} {id}
{environment}

Check it with nothing but Python (take verify.py from a place that you trust, such as the package reconcile):

    python3 verify.py PACK.zip

Or with reconcile: reconcile verify PACK.zip. To make plan and report again from what is kept here:
reconcile replay PACK.zip. What each file is: reconcile help evidence.

Write down now, outside of this pack: its SHA-256, and its head from head.txt as SIZE:ROOT. verify.py --head
SIZE:ROOT shows later that all of the pack is what it was.
"""
_SIGNED: Final = """
Who approved it: each statement in approvals/ has its signature beside it. Write a file allowed_signers with a
line for each person, from a place that you trust, such as [people] of reconcile.toml, and not from this pack:

    EMAIL ssh-ed25519 KEY

Then, in the folder of the unpacked files, with the e-mail address of the person that the statement names:

{commands}
"""
_STAMPED: Final = f"""
When it was there: {STAMP} is a time stamp (RFC 3161) over head.txt. Check it with the root certificate of the
authority, from a place that you trust and not from this pack, in the folder of the unpacked files:

    {STAMP_CHECK}
"""
_CHECK: Final = (
    "    ssh-keygen -Y verify -f allowed_signers -I EMAIL -n approval@reconcile -s {name}.sig < {name}"
)


@dataclass(frozen=True)
class Parts:
    """What a pack is made of.

    kind: `run` or `period`. files: by name; links: for a row and a column, the file that holds its value.
    notes: what the pack cannot prove, a sentence each. stamped: whether a time stamp goes with it.
    """

    kind: str
    id: str
    environment: str
    rows: Sequence[SealedRow]
    files: Mapping[str, bytes]
    links: Mapping[tuple[int, str], str] = field(default_factory=dict)
    notes: Sequence[str] = ()
    stamped: bool = False


def contents(parts: Parts, masker: Masker) -> dict[str, bytes]:
    """Every file of the pack that its manifest names, by name."""
    readme = _README.format(kind=parts.kind, id=parts.id, environment=parts.environment)
    signed = [name.removesuffix(".sig") for name in sorted(parts.files) if name.endswith(".txt.sig")]
    if signed:
        readme += _SIGNED.format(commands="\n".join(_CHECK.format(name=name) for name in signed))
    if parts.stamped:
        readme += _STAMPED
    rows = [_row(one, number, parts, masker) for number, one in enumerate(parts.rows)]
    return {
        **parts.files,
        "README.txt": readme.encode(),
        "verify.py": VERIFIER.read_bytes(),
        "record.json": _json({"rows": rows, "notes": list(parts.notes)}),
    }


def manifest_of(parts: Parts, files: Mapping[str, bytes]) -> bytes:
    """The list of the files of a pack with the SHA-256 of each."""
    listed = {
        name: {"sha256": hashlib.sha256(files[name]).hexdigest(), "bytes": len(files[name])}
        for name in sorted(files)
    }
    told = {"format": FORMAT, "version": 1, "kind": parts.kind, "id": parts.id}
    if parts.stamped:
        # A verifier of before stamps must not take it for one with a file too many.
        told |= {"version": 2, "stamp": STAMP}
    return _json({**told, "environment": parts.environment, "files": listed})


def proofs_of(rows: Sequence[SealedRow], own: SealedRow, tree: Tree) -> dict[str, bytes]:
    """The seal of each row with its path in the tree, and the root of the tree as a text to be stamped.

    own: the row that seals the manifest, the last one in the tree.
    """
    root = tree.root.hex()
    columns = {name: _shown(value, own.hashes[name]) for name, value in own.columns.items()}
    told = {
        "tree": {"size": tree.size, "root": root},
        "manifest": {"table": own.table, "columns": columns, "seal": own.seal.number},
        "seals": {str(one.seal.number): _seal(one, tree) for one in (*rows, own)},
    }
    head = f"reconcile evidence\nseals {tree.size}\nroot {root}\n"
    return {"proofs.json": _json(told), "head.txt": head.encode()}


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The files as a zip file; the same files give the same bytes."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files, key=lambda one: (one != "README.txt", one)):
            member = zipfile.ZipInfo(name, _DATED)
            member.create_system, member.external_attr = 3, 0o600 << 16
            archive.writestr(member, files[name], zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _row(one: SealedRow, number: int, parts: Parts, masker: Masker) -> dict[str, Any]:
    columns = {
        name: _column(value, one.hashes[name], parts.links.get((number, name), ""), masker)
        for name, value in one.columns.items()
    }
    return {"table": one.table, "seal": one.seal.number, "columns": columns}


def _column(value: Value, digest: str, file: str, masker: Masker) -> Any:  # noqa: ANN401  JSON
    """A value as it is shown: by its hash where it is in a file, is bytes, or holds an account number."""
    if file:
        return {"hash": digest, "file": file}
    if isinstance(value, str) and (masked := masker.masked(value)) != value:
        return {"hash": digest, "shown": masked}
    return _shown(value, digest)


def _shown(value: Value, digest: str) -> Any:  # noqa: ANN401  JSON
    return {"hash": digest} if isinstance(value, bytes) else value


def _seal(one: SealedRow, tree: Tree) -> dict[str, Any]:
    seal = one.seal
    return {
        "sealed": seal.sealed,
        "key": seal.key,
        "entry_number": seal.entry_number,
        "digest": seal.digest,
        "marks": seal.marks,
        "previous": one.previous,
        "hash": seal.hash,
        "path": base64.b64encode(tree.path(seal.number - 1)).decode(),
    }


def _json(told: Mapping[str, Any]) -> bytes:
    return (json.dumps(told, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode("utf-8", "replace")
