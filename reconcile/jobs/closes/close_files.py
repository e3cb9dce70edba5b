"""The files of a close pack: the workbook, the page, the journals, and what it was all made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory

from reconcile.atomic import inside, make_folder, replacing
from reconcile.close.close import Close
from reconcile.close.frozen import VERSION, write_inputs
from reconcile.close.journal import JournalLine, Share
from reconcile.close.numbers import write_numbers
from reconcile.close.pack import pack_of
from reconcile.close.signing import signing_pack
from reconcile.domain.money import Money
from reconcile.erp.journals import NEWEST, JournalRow, journal_file, journal_files, journal_layout
from reconcile.errors import DecisionNeeded
from reconcile.jobs.closes.pack_manifest import sha256_of, write_manifest
from reconcile.report.pack import write_page
from reconcile.store.closes import KeptClose
from reconcile.workbook.pack import write_pack

_STAYING = 6
"""Since this version of the numbers, what stays has no day of reversal."""
NUMBERS, INPUTS = "numbers.json", "inputs.json"
"""The tables as plain values, and what they were made of: the same whatever templates and tool do."""


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder for building a pack; it is gone when the block ends."""
    with TemporaryDirectory(prefix="reconcile-") as folder:
        yield Path(folder)


def pack_files(close: Close, templates: Path | None, folder: Path) -> dict[str, Path]:
    """Writes every file of the pack into a folder, and answers them by name.

    The same close gives the same bytes. They are on the disk since in memory they would take more than all
    that they are made of.
    """
    frozen, name = close.frozen, f"close-{close.frozen.period}"
    with (folder / INPUTS).open("wb") as stream:
        write_inputs(stream, frozen)
    # What is not closed must not be booked.
    for layout in frozen.journals if close.passes and not frozen.draft else ():
        lines = (*close.journal, *close.further.journal)
        for file, content in journal_of(lines, layout, templates, version=frozen.version).items():
            inside(folder, file).write_bytes(content)
    pack = pack_of(close)
    with (folder / f"{name}.xlsx").open("wb") as stream:
        write_pack(stream, pack, frozen.at)
    with (folder / f"{name}.html").open("wb") as stream:
        write_page(stream, pack, templates)
    if frozen.version > 2:
        with (folder / f"{name}-sign.html").open("wb") as stream:
            write_page(stream, signing_pack(close, pack), templates)
    with (folder / NUMBERS).open("wb") as stream:
        write_numbers(stream, pack)
    if frozen.version > 1:
        write_manifest(folder, frozen)
    return {path.name: path for path in sorted(folder.iterdir())}


def journal_of(
    lines: Sequence[JournalLine], layout: str, templates: Path | None, *, version: int = VERSION
) -> dict[str, bytes]:
    """The journal in one layout. Raises ConfigurationError where there is no such layout.

    version: of the numbers of the close. Up to the fifth, the method of clearing wrote a day of reversal
    beside what is not reversed.
    """
    found = journal_layout(layout, templates)
    return journal_files(_journal_rows(lines, reverses_all=version < _STAYING), found)


def _journal_rows(lines: Sequence[JournalLine], *, reverses_all: bool) -> Iterator[JournalRow]:
    """The rows of the journals; a line has one for each of its dimensions.

    A finance system takes one entity to a journal, so a journal of several becomes as many, each numbered.
    """
    entities: dict[str, set[str]] = {}
    rows = [(line, share) for line in lines for share in line.shares or (Share((), _whole(line)),)]
    for line, share in rows:
        entities.setdefault(line.journal, set()).add(dict(share.values).get("entity", ""))
    order = {journal: place for place, journal in enumerate(entities)}
    rows.sort(key=lambda one: (order[one[0].journal], dict(one[1].values).get("entity", "")))
    for line, share in rows:
        values, some = dict(share.values), sorted(entities[line.journal])
        part = f"/{some.index(values.get('entity', '')) + 1}" if len(some) > 1 else ""
        reverses = not line.is_reversal and (reverses_all or not line.stays)
        functional = Money(share.amount, line.functional.currency) if line.functional else None
        yield JournalRow(
            line.journal + part,
            line.date,
            line.account,
            line.description,
            line.currency,
            Decimal(0) if functional else share.amount,
            line.date + timedelta(days=1) if reverses else None,
            values,
            line.is_reversal,
            functional,
        )


def _whole(line: JournalLine) -> Decimal:
    return line.functional.amount if line.functional else line.amount


def newest_layouts(names: Sequence[str], templates: Path | None) -> tuple[str, ...]:
    """The layouts of the journals of a new close: the newest version of each.

    A layout of that name in the user's own folder stays as it is, and so does the one of a kept close, which
    names its version. Raises ConfigurationError for one that there is not, before anything is made.
    """
    for name in names:
        journal_file(name, templates)
    own = {name for name in NEWEST if templates and (templates / f"erp/journal-{name}.toml").is_file()}
    return tuple(name if name in own else NEWEST.get(name, name) for name in names)


def write_files(folder: Path, files: Mapping[str, Path | bytes]) -> None:
    """Writes files, or copies of them, each whole or not at all. Raises ConfigurationError."""
    make_folder(folder)
    for name, content in files.items():
        with replacing(inside(folder, name)) as target:
            if isinstance(content, bytes):
                target.write(content)
            else:
                with content.open("rb") as made:
                    copyfileobj(made, target)


def remove_replaced(folder: Path, replaced: KeptClose, files: Iterable[str]) -> None:
    """Takes away the files of a close that was made again, so that no old journal is imported.

    A file that was changed since is a person's, and stays.
    """
    for name in replaced.files.keys() - set(files):
        path = inside(folder, name)
        if path.is_file() and sha256_of(path) == replaced.files[name]:
            path.unlink()


@contextmanager
def removing_refused(folder: Path, files: Mapping[str, Path]) -> Iterator[None]:
    """Takes the files of a close away again where it is refused at last: its journals must not be booked."""
    try:
        yield
    except DecisionNeeded:
        for name, made in files.items():
            path = folder / name
            if path.is_file() and sha256_of(path) == sha256_of(made):
                path.unlink()
        raise


def hashes(files: Mapping[str, Path]) -> dict[str, str]:
    """The SHA-256 of every file."""
    return {name: sha256_of(path) for name, path in files.items()}
