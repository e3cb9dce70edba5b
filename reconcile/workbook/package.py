"""Looks a file over before anything parses it: what it is, how large it inflates, what it could hide.

Neither openpyxl nor other readers limit what they inflate, and a file may come from anywhere.
"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final
from zipfile import ZipFile, ZipInfo

from reconcile.errors import ConfigurationError, WorkbookError

_OLE2: Final = bytes.fromhex("D0CF11E0A1B11AE1")
# The stream that an encrypted package lies in ([MS-OFFCRYPTO] 2.3.4.4), as the folder of an OLE2 file has it.
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_CHUNK: Final = 1 << 20
_DOCTYPES: Final = tuple("<!DOCTYPE".encode(name) for name in ("ascii", "utf-16-le", "utf-16-be"))
_OVERLAP: Final = max(map(len, _DOCTYPES)) - 1


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """How much is read at most: inflated bytes of the whole file; rows, columns and cells of one sheet.

    The defaults are several times what a workbook of 300,000 lines needs.
    """

    inflated: int = 4_000_000_000
    rows: int = 1_048_576
    columns: int = 2_000
    cells: int = 40_000_000


def check_package(path: Path, limits: ReadLimits | None = None) -> None:
    """Refuse a file that is no workbook, or that is not safe to open with any library.

    Raises ConfigurationError where there is no such file, and WorkbookError, saying what to do, otherwise.
    """
    _check_file(path)
    try:
        with ZipFile(path) as archive:
            _check_names(path, archive.infolist())
            _check_contents(path, archive, limits or ReadLimits())
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise damaged(path, str(error)) from error


def damaged(path: Path, problem: str) -> WorkbookError:
    """The error for a file that is a workbook by name but cannot be read as one."""
    return WorkbookError(
        f"{path.name} is damaged ({problem}). Open it in Excel and save it again, or use an earlier copy."
    )


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise ConfigurationError(f"{path} is a folder. Give the path of the workbook, an .xlsx file.")
    try:
        with path.open("rb") as stream:
            start = stream.read(len(_OLE2))
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigurationError(f"The file {path} cannot be read ({reason}). Check the path.") from error
    if not start:
        raise WorkbookError(f"{path.name} is empty. It was probably not copied or downloaded completely.")
    if start == _OLE2:
        raise _old_format(path)
    if not zipfile.is_zipfile(path) and start.startswith(b"PK"):
        raise damaged(path, "its end is missing, so it was probably not copied completely")
    if not zipfile.is_zipfile(path):
        raise WorkbookError(f"{path.name} is not an Excel workbook. Save it as Excel Workbook (.xlsx).")


def _old_format(path: Path) -> WorkbookError:
    with path.open("rb") as stream:
        before = b""
        while chunk := stream.read(_CHUNK):
            if _ENCRYPTED in before + chunk:
                return WorkbookError(
                    f"{path.name} is protected with a password. "
                    "Remove it in Excel under File, Info, Protect Workbook, Encrypt with Password, and save."
                )
            before = chunk[-len(_ENCRYPTED) :]
    return WorkbookError(
        f"{path.name} is in the format of Excel 97-2003 (.xls). Open it in Excel and save it as "
        "Excel Workbook (.xlsx)."
    )


def _check_names(path: Path, members: list[ZipInfo]) -> None:
    names = [member.filename for member in members]
    if "[Content_Types].xml" not in names or not _has_workbook(names):
        kind = "an OpenDocument or other file" if "mimetype" in names else "not an Excel workbook"
        raise WorkbookError(f"{path.name} is {kind}. Save it in Excel as Excel Workbook (.xlsx).")
    if len(set(names)) != len(names):
        raise damaged(path, "it holds two parts of the same name")
    for name in names:
        parts = PurePosixPath(name.replace("\\", "/"))
        if parts.is_absolute() or ".." in parts.parts or ":" in name:
            raise WorkbookError(
                f"{path.name} holds a part with the unsafe name {name!r}. Do not trust this file."
            )


def _has_workbook(names: list[str]) -> bool:
    return any(PurePosixPath(name).name == "workbook.xml" for name in names)


def _check_contents(path: Path, archive: ZipFile, limits: ReadLimits) -> None:
    """Inflate every part once, counting: what the directory claims may be wrong either way."""
    left = limits.inflated
    if sum(member.file_size for member in archive.infolist()) > left:
        raise _too_large(path, limits)
    for member in archive.infolist():
        if member.flag_bits & 1:
            raise WorkbookError(f"{path.name} holds encrypted parts. Save it in Excel without a password.")
        before = b""
        with archive.open(member) as stream:
            while chunk := stream.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise _too_large(path, limits)
                _refuse_doctype(path, member.filename, before + chunk)
                before = chunk[-_OVERLAP:]


def _too_large(path: Path, limits: ReadLimits) -> WorkbookError:
    return WorkbookError(
        f"{path.name} holds more than {limits.inflated:,} bytes when unpacked, more than a workbook should. "
        "Remove other sheets, pictures and attachments from it, and save it again."
    )


def _refuse_doctype(path: Path, part: str, text: bytes) -> None:
    # No editor writes one; entities in it can blow up a parser or read local files. Pictures are not parsed.
    if part.endswith((".xml", ".rels", ".vml")) and any(doctype in text for doctype in _DOCTYPES):
        raise WorkbookError(
            f"{path.name} declares document types in its part {part}. Do not trust this file."
        )
