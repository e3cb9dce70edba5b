"""What the evidence of a closed period is made of: its rows, its pack, and what the close was made of."""

from __future__ import annotations

import hashlib

from reconcile.errors import ConfigurationError
from reconcile.evidence.masking import Masker
from reconcile.evidence.pack import Parts
from reconcile.jobs.close_chain import kept_close, thawed
from reconcile.jobs.closes.close_files import INPUTS, pack_files, temporary_folder
from reconcile.jobs.closes.close_stamp import kept_stamp
from reconcile.jobs.closes.remake import remade
from reconcile.jobs.evidence.parts_of_run import Filled, add_approvals
from reconcile.jobs.session import Session
from reconcile.store.closes import KeptClose, kept_closes
from reconcile.store.evidence.sealed_rows import rows_of_period, sealed_rows
from reconcile.store.store import Store

PREVIOUS = "close/previous-inputs.json"


def parts_of_period(session: Session, store: Store, name: str, masker: Masker) -> Parts:
    """The evidence of a closed period. Raises DecisionNeeded where it is not closed."""
    try:
        period = session.settings.close.fiscal.parse(name)
    except ConfigurationError as error:
        raise ConfigurationError(f"{name} is neither a run (see reconcile history) nor a period.") from error
    environment = session.environment
    kept = kept_close(store, environment, period)
    chain = kept_closes(store, environment)
    before = next((one for one in chain if one.close_id == thawed(kept).previous), None)
    mine = [one.close_id for one in chain if one.period == kept.period or one is before]
    rows = sealed_rows(store, rows_of_period(environment, kept.period, mine))
    filled = Filled(masker)
    _add_files(filled, session, chain, kept)
    add_approvals(filled, rows)
    for file, content in kept_stamp(store, kept.close_id).items():
        filled.add(f"close/{file}", content)
    if before:
        filled.add(PREVIOUS, before.inputs.encode())
    return Parts("period", kept.period, kept.environment, rows, filled.files, filled.links, filled.notes)


def _add_files(filled: Filled, session: Session, chain: tuple[KeptClose, ...], kept: KeptClose) -> None:
    """The files of the close, made again; one that comes out differently today is left out, and said so."""
    with temporary_folder() as building:
        made = pack_files(remade(chain, kept), session.settings.templates, building)
        found = {name: path.read_bytes() for name, path in made.items()}
    found[INPUTS] = kept.inputs.encode()
    for name, digest in kept.files.items():
        content = found.get(name)
        if content is None or hashlib.sha256(content).hexdigest() != digest:
            filled.notes.append(
                f"close/{name}: other templates or another version of reconcile make another file of it. The "
                "record has its hash."
            )
        else:
            filled.add(f"close/{name}", content)
