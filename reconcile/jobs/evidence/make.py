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
from reconcile.jobs.evidence.parts_of_period import parts_of_period
from reconcile.jobs.evidence.parts_of_run import parts_of_run
from reconcile.jobs.session import Session
from reconcile.jobs.setup.api_key import api_key, state_password
from reconcile.store.audit import audit
from reconcile.store.evidence.kept_files import MANIFEST, KeptFile, content_of, keep_files
from reconcile.store.evidence.sealed_rows import manifest_row, seal_hashes, sealed_rows
from reconcile.store.store import Store

_RUN = "run-"


@dataclass(frozen=True, slots=True)
class PackMade:
    """A pack that was written. head: the number of its last seal and the root over all of them."""

    path: Path
    sha256: str
    files: int
    bytes: int
    head: str
    notes: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """What was written, and what to write down, for people."""
        size = f"{counted(self.files, 'file')}, {self.bytes:,} bytes"
        return (
            f"Evidence: {self.path}, {size}",
            f"SHA-256: {self.sha256}",
            f"Head: {self.head}",
            *(f"Not in it: {one}" for one in self.notes),
        )


def make_pack(
    session: Session, name: str, output: Path, files: Sequence[Path] = (), *, force: bool = False
) -> PackMade:
    """Writes the evidence of a run, by its id, or of a closed period.

    files: what the store has no copy of. force: a file of that name may be replaced.
    Raises ConfigurationError for what is not there, and DecisionNeeded where the record was changed.
    """
    if output.suffix.lower() != ".zip":
        raise ConfigurationError(f"{output} must end in .zip.")
    refuse_existing(output, force=force)
    brought = _brought(files)
    with session.store(create=False) as store:
        adopted = _refuse_changed(store)
        masker = masker_of(session)
        if name.startswith(_RUN):
            found = parts_of_run(store, name, brought, masker)
        else:
            found = parts_of_period(session, store, name, masker)
        parts = replace(found, notes=(*found.notes, *adopted))
        _refuse_unused(brought, parts)
        inside = contents(parts, masker)
        manifest = manifest_of(parts, inside)
        proofs = _sealed_proofs(session, store, parts, manifest)
    everything = {**inside, "manifest.json": manifest, **proofs}
    packed = zipped(everything)
    with replacing(output, private=True) as stream:
        stream.write(packed)
    head = proofs["head.txt"].decode().split()
    digest = hashlib.sha256(packed).hexdigest()
    return PackMade(output, digest, len(everything), len(packed), f"{head[3]}:{head[5]}", tuple(parts.notes))


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
    content = content_of(manifest)
    at = session.clock().isoformat(timespec="seconds")
    keep_files(
        store,
        [
            KeptFile(
                parts.environment,
                parts.id,
                MANIFEST,
                "manifest.json",
                content.sha256,
                content.size,
                at,
                session.user,
            )
        ],
    )
    (own,) = sealed_rows(store, manifest_row(parts.id, content.sha256))
    rows = [one for one in parts.rows if one.seal.number <= own.seal.number]
    if len(rows) < len(parts.rows):
        raise StateError("The record went on while the pack was made. Make it again.")
    return proofs_of(rows, own, Tree(seal_hashes(store, own.seal.number)))


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
