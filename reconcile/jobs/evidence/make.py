"""Makes the evidence pack of a run or a closed period, and seals the list of its files."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from reconcile.atomic import refuse_existing, replacing
from reconcile.domain.phrases import counted
from reconcile.errors import ConfigurationError, DecisionNeeded, StateError
from reconcile.evidence.masking import Masker
from reconcile.evidence.merkle import Tree
from reconcile.evidence.pack import Parts, contents, manifest_of, proofs_of, zipped
from reconcile.evidence.verify import STAMP as STAMP_FILE
from reconcile.jobs.evidence.keep_workbooks import kept_file
from reconcile.jobs.evidence.parts_of_period import parts_of_period
from reconcile.jobs.evidence.parts_of_run import parts_of_run
from reconcile.jobs.evidence.stamps import ask_for_stamp, stamp_words
from reconcile.jobs.session import Session
from reconcile.jobs.setup.api_key import api_key, state_password
from reconcile.store.audit import audit
from reconcile.store.evidence.kept_files import MANIFEST, STAMP, content_of, keep_files, kept_content
from reconcile.store.evidence.sealed_rows import manifest_row, seal_hashes, sealed_rows
from reconcile.store.store import Store

_RUN = "run-"


@dataclass(frozen=True, slots=True)
class PackMade:
    """A pack that was written. head: the number of its last seal and the root over all of them.

    stamped: when it was stamped and by whom, as the stamp says; empty without one.
    """

    path: Path
    sha256: str
    files: int
    bytes: int
    head: str
    notes: tuple[str, ...]
    stamped: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """What was written, and what to write down, for people."""
        size = f"{counted(self.files, 'file')}, {self.bytes:,} bytes"
        return (
            f"Evidence: {self.path}, {size}",
            f"SHA-256: {self.sha256}",
            f"Head: {self.head}",
            *((f"Stamped: {self.stamped}",) if self.stamped else ()),
            *(f"Not in it: {one}" for one in self.notes),
        )


def make_pack(
    session: Session,
    name: str,
    output: Path,
    files: Sequence[Path] = (),
    *,
    force: bool = False,
    unstamped: bool = False,
) -> PackMade:
    """Writes the evidence of a run, by its id, or of a closed period.

    files: what the store has no copy of. force: a file of that name may be replaced. unstamped: no stamp
    is asked for, whatever the settings say.
    Raises ConfigurationError for what is not there, DecisionNeeded where the record was changed, and
    StampFailed where it cannot be stamped: then no pack is written.
    """
    if output.suffix.lower() != ".zip":
        raise ConfigurationError(f"{output} must end in .zip.")
    refuse_existing(output, force=force)
    brought = _brought(files)
    with session.store(create=False) as store:
        adopted = _refuse_changed(store)
        masker = masker_of(session)
        found = _found(session, store, name, brought, masker)
        is_stamped = session.settings.stamps.is_on and not unstamped
        parts = replace(found, notes=(*found.notes, *adopted), stamped=is_stamped)
        _refuse_unused(brought, parts)
        inside = contents(parts, masker)
        manifest = manifest_of(parts, inside)
        proofs = _sealed_proofs(session, store, parts, manifest)
        stamp = _stamped(session, store, parts, proofs["head.txt"]) if is_stamped else {}
    everything = {**inside, "manifest.json": manifest, **proofs, **stamp}
    packed = zipped(everything)
    with replacing(output, private=True) as stream:
        stream.write(packed)
    _, _, _, size, _, root = proofs["head.txt"].decode().split()
    digest = hashlib.sha256(packed).hexdigest()
    by = stamp_words(stamp[STAMP_FILE], proofs["head.txt"]) if stamp else ""
    return PackMade(output, digest, len(everything), len(packed), f"{size}:{root}", tuple(parts.notes), by)


def _found(session: Session, store: Store, name: str, brought: Mapping[str, Path], masker: Masker) -> Parts:
    if name.startswith(_RUN):
        return parts_of_run(store, name, brought, masker)
    return parts_of_period(session, store, name, masker)


def masker_of(session: Session) -> Masker:
    """What must not be in a pack: the keys of this session, and the accounts of the settings."""
    keys = []
    for read in (api_key, state_password):
        with suppress(ConfigurationError):
            keys.append(read(session.settings, os.environ))
    accounts = [number for one in session.settings.bank.accounts for number in (one.iban, one.account_number)]
    return Masker(tuple(filter(None, accounts)), tuple(filter(None, keys)))


def _sealed_proofs(session: Session, store: Store, parts: Parts, manifest: bytes) -> dict[str, bytes]:
    """Seals the manifest, unless this very one is sealed already, and proves every row in one tree."""
    content = replace(content_of(manifest), packed=b"")
    kept = kept_file(session, parts.id, MANIFEST, "manifest.json", content, parts.environment)
    keep_files(store, [kept])
    (own,) = sealed_rows(store, manifest_row(parts.id, kept.sha256))
    rows = [one for one in parts.rows if one.seal.number <= own.seal.number]
    if len(rows) < len(parts.rows):
        raise StateError("The record went on while the pack was made. Make it again.")
    return proofs_of(rows, own, Tree(seal_hashes(store, own.seal.number)))


def _stamped(session: Session, store: Store, parts: Parts, head: bytes) -> dict[str, bytes]:
    """The stamp over the head: the first one that this very head got, or one that is asked for now."""
    name = f"{hashlib.sha256(head).hexdigest()}.tsr"
    stamp = kept_content(store, parts.id, STAMP, name)
    if stamp is None:
        stamp = ask_for_stamp(session, head)
        keep_files(store, [kept_file(session, parts.id, STAMP, name, content_of(stamp), parts.environment)])
    return {STAMP_FILE: stamp}


def _refuse_changed(store: Store) -> tuple[str, ...]:
    """Raises DecisionNeeded where the record is not what was written. Answers what was sealed as found."""
    record = store.record(whole=False)
    breaks = audit(record)
    if breaks:
        raise DecisionNeeded(
            f"No pack was made: the record was changed past this program. {breaks[0]} See: reconcile history "
            "--verify."
        )
    return record.adopted


def _refuse_unused(brought: Mapping[str, Path], parts: Parts) -> None:
    there = {hashlib.sha256(content).hexdigest() for content in parts.files.values()}
    unknown = [path.name for digest, path in brought.items() if digest not in there]
    if unknown:
        raise ConfigurationError(
            f"{', '.join(unknown)} is no file of this evidence: no row of the record has its hash."
        )


def _brought(files: Sequence[Path]) -> dict[str, Path]:
    """The files that a person brings, by their hashes."""
    found = {}
    for path in files:
        try:
            with path.open("rb") as stream:
                found[hashlib.file_digest(stream, "sha256").hexdigest()] = path
        except OSError as error:
            raise ConfigurationError(f"The file {path} cannot be read: {error.strerror}.") from error
    return found
