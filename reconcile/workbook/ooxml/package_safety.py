"""Looks a file over before anything parses it: what it is, how large it inflates, what it could hide.

Neither openpyxl nor other readers limit what they inflate, and a file may come from anywhere.
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Final

# No DTD gets past check_package, and without one there are no entities to expand.
from xml.etree.ElementTree import ParseError, fromstring
from zipfile import ZipFile, ZipInfo

from reconcile.domain.policy.names_and_limits import ReadLimits
from reconcile.errors import ConfigurationError, WorkbookError
from reconcile.workbook.ooxml.encoding import utf_8
from reconcile.workbook.ooxml.part_names import TYPES, PartNames, is_unsafe, normal_name, workbook_types
from reconcile.workbook.ooxml.read_budget import Budget

_OLE2: Final = bytes.fromhex("D0CF11E0A1B11AE1")
# The stream that an encrypted package lies in ([MS-OFFCRYPTO] 2.3.4.4), as the folder of an OLE2 file has it.
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
# The storage that rights management adds to it ([MS-OFFCRYPTO] 2.2.4); a password has none.
_LABELLED: Final = "DRMEncrypted".encode("utf-16-le")
_CHUNK: Final = 1 << 20
# The end of a zip directory and of a large one, and how far before the end of the file the first can stand
# (APPNOTE.TXT 4.3.14 to 4.3.16).
_END: Final = b"PK\x05\x06"
_LARGE_END: Final = b"PK\x06\x06"
_LAST: Final = (1 << 16) + 22 + 20 + 56
_DIRECTORY: Final = 8 * 1024 * 1024  # bytes of names: some 80,000 parts
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    ParseError,
    RuntimeError,
    ValueError,
)
_DOCTYPES: Final = tuple("<!DOCTYPE".encode(name) for name in ("ascii", "utf-16-le", "utf-16-be"))
_OVERLAP: Final = max(map(len, _DOCTYPES)) - 1


def check_package(path: Path, budget: Budget | None = None) -> None:
    """Refuse a file that is no workbook, or that is not safe to open with any library.

    Raises ConfigurationError where there is no such file, and WorkbookError, saying what to do, otherwise.
    """
    budget = budget or Budget(path, ReadLimits())
    _check_file(path)
    try:
        _check_directory(path)
        with ZipFile(path) as archive:
            _check_names(path, archive.infolist())
            _check_contents(archive, budget)
            _check_types(path, archive)
    except _BROKEN as error:
        raise damaged(path, str(error)) from error


def is_read(part: str) -> bool:
    """Whether a part is XML by its name. Others, such as pictures and macros, are never parsed."""
    return part.lower().endswith((".xml", ".rels", ".vml"))


def damaged(path: Path, problem: str) -> WorkbookError:
    """The error for a file that is a workbook by name but cannot be read as one."""
    return WorkbookError(
        f"{path.name} is damaged ({problem}). Open it in Excel and save it again, or use an earlier copy."
    )


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise ConfigurationError(f"{path} is a folder. Give the path of the workbook, an .xlsx file.")
    try:
        # A pipe would be waited for, a device never ends.
        if not stat.S_ISREG(path.stat().st_mode):
            raise ConfigurationError(f"{path} is no ordinary file. Give the path of the workbook.")
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
    """The error for an OLE2 file: encrypted by a label or with a password, or of an old Excel."""
    before, marks = b"", set()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            marks |= {mark for mark in (_ENCRYPTED, _LABELLED) if mark in before + chunk}
            before = chunk[-len(_ENCRYPTED) :]
    if _ENCRYPTED in marks and _LABELLED in marks:
        return WorkbookError(
            f"{path.name} is encrypted by a sensitivity label. In Excel, choose a label without encryption "
            "under Home, Sensitivity, and save it again; who may do so is up to your organisation."
        )
    if _ENCRYPTED in marks:
        return WorkbookError(
            f"{path.name} is protected with a password. "
            "Remove it in Excel under File, Info, Protect Workbook, Encrypt with Password, and save."
        )
    return WorkbookError(
        f"{path.name} is in the format of Excel 97-2003 (.xls). Open it in Excel and save it as "
        "Excel Workbook (.xlsx)."
    )


def _check_directory(path: Path) -> None:
    """Refuse a list of parts that would fill the memory just by being read."""
    with path.open("rb") as stream:
        length = stream.seek(0, 2)
        stream.seek(max(0, length - _LAST))
        tail = stream.read()
    end, large = tail.rfind(_END), tail.rfind(_LARGE_END)
    sizes = [struct.unpack_from("<I", tail, end + 12)[0]] if end >= 0 else []
    sizes = [struct.unpack_from("<Q", tail, large + 40)[0]] if large >= 0 else sizes
    if any(size > _DIRECTORY for size in sizes):
        raise damaged(path, "its list of parts is longer than that of any workbook")


def _check_names(path: Path, members: list[ZipInfo]) -> None:
    names = [member.filename for member in members]
    if PartNames.of(names).find(TYPES) is None:
        kind = "an OpenDocument or other file" if "mimetype" in names else "not an Excel workbook"
        raise _other_kind(path, kind)
    if len({normal_name(name) for name in names}) != len(names):
        raise damaged(path, "it holds two parts of the same name")
    for name in names:
        if is_unsafe(name):
            raise WorkbookError(
                f"{path.name} holds a part with the unsafe name {name!r}. Do not trust this file."
            )


def _check_types(path: Path, archive: ZipFile) -> None:
    """Refuse a package whose list of content types knows no workbook, and that has none by name either."""
    names = PartNames.of(archive.namelist())
    with archive.open(names.named(TYPES)) as stream:
        types = fromstring(utf_8(stream.read(_DIRECTORY)))  # noqa: S314 - see the import
    if not workbook_types(types) and not any(name.endswith("/workbook.xml") for name in names.spelled):
        raise _other_kind(path, "not an Excel workbook")


def _other_kind(path: Path, kind: str) -> WorkbookError:
    return WorkbookError(f"{path.name} is {kind}. Save it in Excel as Excel Workbook (.xlsx).")


def _check_contents(archive: ZipFile, budget: Budget) -> None:
    """Inflate every part once, counting: what the directory claims may be wrong either way."""
    left = budget.limits.megabytes * 2**20
    if sum(member.file_size for member in archive.infolist()) > left:
        raise _too_large(budget)
    for member in archive.infolist():
        _check_storage(budget.path, member)
        before = b""
        with archive.open(member) as stream:
            while chunk := stream.read(_CHUNK):
                budget.check_time()
                left -= len(chunk)
                if left < 0:
                    raise _too_large(budget)
                _refuse_doctype(budget.path, member.filename, before + chunk)
                before = chunk[-_OVERLAP:]


def _check_storage(path: Path, member: ZipInfo) -> None:
    if member.flag_bits & 1:
        raise WorkbookError(f"{path.name} holds encrypted parts. Save it in Excel without a password.")
    # Other kinds may want gigabytes of memory to unpack a few bytes (ECMA-376 part 2, B.4).
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise damaged(path, f"its part {member.filename} is compressed in a way that workbooks are not")


def _too_large(budget: Budget) -> WorkbookError:
    return budget.spent(
        f"holds more than {budget.limits.megabytes:,} MB when unpacked",
        "Remove other sheets, pictures and attachments from it, or raise the setting megabytes",
    )


def _refuse_doctype(path: Path, part: str, text: bytes) -> None:
    # No editor writes one; entities in it can blow up a parser or read local files. Pictures are not parsed.
    # To ask for the one sign that they share first takes a tenth of the time.
    if b"!" in text and is_read(part) and any(doctype in text for doctype in _DOCTYPES):
        raise WorkbookError(
            f"{path.name} declares document types in its part {part}. Do not trust this file."
        )
