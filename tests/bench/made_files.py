"""Makes the measured files that are no text made of rows: workbooks, a saved plan, an evidence pack."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from reconcile.evidence.merkle import Tree

LINE = 10_000_000
"""Characters of the one long line."""


def money(number: int) -> str:
    """The amount of a row."""
    return f"{100 + number % 90_000}.{number % 100:02d}"


def day(number: int) -> str:
    """The day of a row."""
    return f"2026-04-{number % 28 + 1:02d}"


def make_other(name: str, size: str, path: Path) -> None:
    """Writes the workbook, the plan or the pack of a reader."""
    long, rows = size == "line", 1 if size == "line" else int(size) - 1
    if name == "evidence pack":
        _make_pack(path, rows, "a" * LINE if long else "a")
        return
    if name == "workbook of payments":
        import xlsxwriter

        book = xlsxwriter.Workbook(path, {"constant_memory": True})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("Date", "Payee", "Reference", "Amount", "Currency", "Status"))
        for n in range(rows):
            sheet.write_row(n + 1, 0, (day(n), f"P {n % 900}", f"pay_{n}", money(n), "USD", "Paid"))
        for n in range(LINE // 32_767 if long else 0):
            sheet.write_string(2, n, "a" * 32_767)
        book.close()
        return
    import steps

    if name == "saved plan":
        steps.save_plan(rows, path.parent)()
    else:
        steps.write(rows, path.parent)()
    if long and name == "saved plan":
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace('"made_by": "', '"made_by": "' + "a" * LINE, 1), encoding="utf-8")


def _make_pack(path: Path, rows: int, text: str) -> None:
    """A pack of rows that were sealed, each with its path to the root of the tree."""
    manifest = json.dumps({"version": 1, "kind": "period", "id": "2026-04", "files": {}}).encode()
    columns = [{"a": f"{text}{number}"} for number in range(rows)]
    columns.append({"sha256": hashlib.sha256(manifest).hexdigest()})
    marks = [json.dumps(dict.fromkeys(one, 1)) for one in columns]
    seals: list[dict[str, object]] = []
    previous = ""
    for number, (one, mark) in enumerate(zip(columns, marks, strict=True), start=1):
        digest = _sha(*(f"{name}={_sha('str', value)}" for name, value in one.items()))
        seal = {"sealed": "made", "key": str(number), "entry_number": "", "digest": digest, "marks": mark}
        hashed = _sha(previous, str(number), *(str(seal[part]) for part in seal))
        seals.append({**seal, "previous": previous, "hash": hashed})
        previous = hashed
    tree = Tree(bytes.fromhex(str(one["hash"])) for one in seals)
    for index, seal in enumerate(seals):
        seal["path"] = base64.b64encode(tree.path(index)).decode()
    told = [{"table": "made", "seal": number, "columns": one} for number, one in enumerate(columns, start=1)]
    proofs = {
        "manifest": told.pop(),
        "seals": {str(number): seal for number, seal in enumerate(seals, start=1)},
        "tree": {"size": tree.size, "root": tree.root.hex()},
    }
    head = f"reconcile evidence\nseals {tree.size}\nroot {tree.root.hex()}\n"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", manifest)
        archive.writestr("record.json", json.dumps({"rows": told, "notes": []}))
        archive.writestr("proofs.json", json.dumps(proofs))
        archive.writestr("head.txt", head)


def _sha(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
