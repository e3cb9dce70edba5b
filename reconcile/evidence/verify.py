"""Checks a pack with Python 3.9 or later alone: python3 verify.py PACK.zip [--head SIZE:ROOT|NUMBER:HASH].

Take this file from a place you trust. SIZE:ROOT binds all of the pack. Exits: 0 right, 1 changed, 2 no pack.
"""

import base64
import hashlib
import json
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any

LARGEST, LARGEST_JSON, ENTRY = 1 << 30, 1 << 28, 1 << 17
STAMP, STAMP_CHECK = "head.tsr", "openssl ts -verify -data head.txt -in head.tsr -CAfile ROOT.pem"
OUTSIDE = {"manifest.json", "proofs.json", "head.txt"}
LIMITS = """When it was: the times are those of the computers that wrote them.
Who it was: names are those that the tool was told, unless approvals are signed.
What Introw holds today: the answers in the journal are those of then.""".splitlines()


class NoPackError(Exception):
    """The file is no pack, or is not safe to read."""


def read_pack(path: Path) -> dict[str, bytes]:
    """The files of a pack by name, read within a budget whatever the zip says of itself."""
    found, left = dict[str, bytes](), LARGEST
    try:
        with zipfile.ZipFile(path) as archive:
            if len({*map(str.casefold, archive.namelist())}) < len(archive.namelist()):
                raise NoPackError("it holds two files of one name")
            for one in archive.infolist():
                name = one.orig_filename
                if {"", ".", ".."} & {*name.split("/")} or {*"\\:"} & {*name} or not name.isprintable():
                    raise NoPackError(f"it holds a file with the unsafe name {name!r}")
                if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or one.flag_bits & 1:
                    raise NoPackError(f"{name} is encrypted, or packed in a way that packs are not")
                with archive.open(one) as stream:
                    found[name] = stream.read(left + 1)
                left -= len(found[name]) + ENTRY
                if left < 0:
                    raise NoPackError(f"it unpacks to more than {LARGEST >> 20:,} MB, or to too many files")
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError) as error:
        raise NoPackError(f"it cannot be read as a zip file ({error})") from error
    return found


def _json(files: dict[str, bytes], name: str) -> Any:  # noqa: ANN401  JSON may be anything
    try:
        return json.loads(files[name] if len(files[name]) <= LARGEST_JSON else b"")
    except (KeyError, ValueError, RecursionError, MemoryError) as error:
        raise NoPackError(f"it has no {name} that can be read") from error


def _sha(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()


def _column(value: Any) -> str:  # noqa: ANN401
    kind = "nothing" if value is None else type(value).__name__
    return str(value["hash"]) if kind == "dict" else _sha(kind, "" if value is None else str(value))


def root_of(leaf: bytes, index: int, size: int, path: bytes) -> str:
    """The root of the tree (RFC 6962) that a path leads to from a leaf; empty where it leads nowhere."""
    node, used = hashlib.sha256(b"\x00" + leaf).digest(), 0 if index < size else 1
    while size > 1:
        if index % 2 or index + 1 < size:
            beside, used = path[used : used + 32], used + 32
            node = hashlib.sha256(b"\x01" + (beside + node if index % 2 else node + beside)).digest()
        index, size = index // 2, (size + 1) // 2
    return node.hex() if used == len(path) else ""


class Check:
    """The check of one pack: what is proved, what is not proved (open), and what is wrong (faults)."""

    def __init__(self, files: dict[str, bytes], head: str = "") -> None:
        self.files, self.proved, self.open = files, list[str](), list[str]()
        self.faults = dict[str, None]()  # each once: to look one up in a list takes longer with each
        self.hashes = {name: hashlib.sha256(some).hexdigest() for name, some in files.items()}
        manifest, record, proofs = (_json(files, f"{one}.json") for one in ("manifest", "record", "proofs"))
        try:
            self._must(manifest["version"] < 3, "The pack is of a version that this file does not know.")
            made_after = {STAMP: {"sha256": self.hashes.get(STAMP)}} if manifest.get("stamp") else {}
            self._manifest({**manifest["files"], **made_after})
            self._rows(record["rows"], proofs)
            self._named_files(record["rows"])
            if manifest["kind"] == "run":
                self._journal(str(manifest["id"]), record["rows"])
            self._head([*record["rows"], proofs["manifest"]], proofs, head)
            self.open += [str(one) for one in record["notes"]]
        except (LookupError, TypeError, ValueError, AttributeError, MemoryError, RecursionError) as error:
            raise NoPackError(f"its parts do not have the form of a pack ({error!r})") from error

    def _must(self, holds: object, fault: str) -> None:
        if not holds:
            self.faults[fault] = None

    def _manifest(self, listed: dict[str, Any]) -> None:
        there = self.files.keys() - OUTSIDE
        for name in sorted(there | listed.keys()):
            self._must(name in there, f"{name} is missing.")
            self._must(name in listed, f"{name} is not of this pack.")
            is_same = name not in there & listed.keys() or self.hashes.get(name) == listed[name]["sha256"]
            self._must(is_same, f"{name} was changed after the pack was made.")
        self.proved.append(f"All {len(self.files)} files are as they were when the pack was made.")

    def _rows(self, rows: list[dict[str, Any]], proofs: dict[str, Any]) -> None:
        """Each row follows from its seal, and each seal is in the tree; one of them seals the manifest."""
        own, tree, manifest = proofs["manifest"], proofs["tree"], self.hashes["manifest.json"]
        self._must(own["columns"]["sha256"] == manifest, "The record names another manifest.json.")
        for row in [*rows, own]:
            seal, columns = proofs["seals"][str(row["seal"])], row["columns"]
            place, marks = f"{row['table']} {seal['key']}", json.loads(seal["marks"] or "{}")
            parts = [seal["sealed"], seal["key"], str(seal["entry_number"]), seal["digest"], seal["marks"]]
            digest = _sha(*(f"{name}={_column(columns.get(name))}" for name in sorted(marks)))
            if not marks and row["table"] == "entries":  # sealed by an early version, by the entry's hash
                parts, digest = parts[1:4], columns["hash"]
            is_row = [row["table"], digest] == [seal["sealed"], seal["digest"]]
            self._must(is_row, f"{place}: the row is not the one that was sealed.")
            chained = _sha(seal["previous"], str(row["seal"]), *parts)
            self._must(chained == seal["hash"], f"{place}: its seal was changed.")
            path, leaf = base64.b64decode(seal["path"], validate=True), bytes.fromhex(seal["hash"])
            root = root_of(leaf, row["seal"] - 1, tree["size"], path)
            self._must(root == tree["root"], f"{place}: its seal is not in the tree.")
        self.proved.append(f"Rows of the record, as sealed and each in the tree: {len(rows)}.")

    def _named_files(self, rows: list[dict[str, Any]]) -> None:
        for row, name, value in [(one, *pair) for one in rows for pair in one["columns"].items()]:
            if isinstance(value, dict) and "shown" in value:
                self.open.append(f"The {name} in {row['table']}: it is shown without account numbers.")
            if isinstance(value, dict) and "file" in value:
                file, found = value["file"], self.hashes.get(value["file"], "")
                is_kept = row["table"] == "kept_files" and found == row["columns"]["sha256"]
                is_named = is_kept or _sha("bytes", found) == value["hash"]
                self._must(is_named, f"{file} is not the file that the record names.")
                self.proved.append(f"{file} is the file that the record names.")

    def _journal(self, run_id: str, rows: list[dict[str, Any]]) -> None:
        """The journal is whole, ends as the run did, and begins with the plan."""
        entries = [row["columns"] for row in rows if row["table"] == "entries"]
        previous, said, plan = run_id, "running", self.hashes.get("plan.json")
        for number, one in enumerate(entries, 1):
            self._must(one["number"] == number, f"The journal has no entry {number} where it should be.")
            body = json.loads(one["body"] if isinstance(one["body"], str) else one["body"]["shown"])
            texts = [str(one[name]) for name in ("number", "at", "operation_id", "kind", "body")]
            follows = isinstance(one["body"], dict) or _sha(previous, *texts) == one["hash"]
            self._must(follows, f"Entry {number} of the journal does not follow from the one before it.")
            said = body.get("state", "running") if one["kind"] in ("start", "end") else said
            self._must(body.get("plan", plan) == plan or not plan, "plan.json is not the plan of this run.")
            previous = one["hash"]
        ends = [(one["columns"]["run_id"], one["columns"]["state"]) for one in rows if one["table"] == "runs"]
        self._must(ends == [(run_id, said)], "The journal does not end as the run did.")
        self.proved.append(f"The journal of {run_id}, {len(entries)} entries, is whole and names its plan.")

    def _head(self, rows: list[dict[str, Any]], proofs: dict[str, Any], head: str) -> None:
        """The end that somebody noted is the tree, or a seal that _rows checked: nothing guards another."""
        size, root, stamp = proofs["tree"]["size"], proofs["tree"]["root"], self.files.get(STAMP)
        whole, text = f"{size}:{root}", f"reconcile evidence\nseals {size}\nroot {root}\n".encode()
        self._must(self.files.get("head.txt") == text, "head.txt does not name the tree.")
        ends = {f"{one}:{proofs['seals'][one]['hash']}" for one in {str(row["seal"]) for row in rows}}
        self._must(head in {"", whole, *ends}, f"The record of this pack does not hold the end {head}.")
        self.proved += [f"{['One row', 'All of it'][head == whole]} is what it was at {head}."] * bool(head)
        self.open += [f"That nobody wrote all of it anew: compare --head {whole}."] * (head != whole) + LIMITS
        is_stamped = stamp is None or b"\x04\x20" + hashlib.sha256(text).digest() in stamp
        self._must(is_stamped, f"{STAMP} is a stamp of something else.")
        self.open += [f"The signature of its time stamp: {STAMP_CHECK}"] * bool(stamp)


def printable(text: str) -> str:
    """The text, all that is no plain ASCII as its code: no text of a pack steers a terminal."""
    return "".join(one if " " <= one <= "~" else f"\\u{ord(one):04x}" for one in text)


def lines(check: Check) -> list[str]:
    """What was found, for people."""
    found = {"Proved:": check.proved, "Not proved by this pack:": check.open}
    found = {"This pack was CHANGED:": [*check.faults]} if check.faults else found
    return [line for title, some in found.items() for line in (title, *(f"  {one}" for one in some))]


def main(arguments: list[str]) -> int:
    """Checks the pack that the command line names."""
    try:
        if len(arguments) not in (1, 3) or arguments[1:2] not in ([], ["--head"]):
            raise NoPackError("the options are PACK.zip [--head SIZE:ROOT|NUMBER:HASH]")  # noqa: TRY301
        check = Check(read_pack(Path(arguments[0])), "".join(arguments[2:]))
    except NoPackError as error:
        sys.stderr.write(printable(f"Nothing was checked: {error}.") + "\n")
        return 2
    sys.stdout.write("\n".join([*map(printable, lines(check)), ""]))
    return 1 if check.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
