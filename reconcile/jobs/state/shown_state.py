"""Shows where the state is, what it holds, and who holds which organisation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from reconcile.domain.phrases import counted
from reconcile.domain.unseen import visible
from reconcile.jobs.session import Session
from reconcile.store.holdings import Held, Holdings, holdings
from reconcile.store.tables import STORE_VERSION

_SHOWN = {
    "exports": "export",
    "runs": "run",
    "bills": "bill",
    "settlements": "payment result",
    "closes": "close",
    "seals": "seal",
}


@dataclass(frozen=True, slots=True)
class ShownState:
    """The state store as it is. place: without a password."""

    place: str
    kind: str
    found: Holdings

    def as_json(self) -> str:
        """For a machine."""
        return json.dumps({"place": self.place, "kind": self.kind, **asdict(self.found)}, indent=2)

    def as_text(self) -> Iterator[str]:
        """For people, a line each."""
        found = self.found
        yield f"State store: {self.place}, {self.kind}"
        yield f"Version: {found.version or STORE_VERSION}"
        yield f"Size: {found.size / 1_000_000:.1f} MB"
        yield "Holds: " + ", ".join(counted(found.rows[name], word) for name, word in _SHOWN.items())
        for name in found.environments:
            yield visible(f"Has seen: {name}")
        for one in found.held:
            yield visible(f"Held: {one.environment} by {one.holder}, run {one.holder.run_id}, {_life(one)}")
        if not found.held:
            yield "Held: nothing"


def shown_state(session: Session) -> ShownState:
    """The state store of the session; a file that is not there reads as an empty one."""
    kind = "PostgreSQL" if session.settings.server else "SQLite"
    if kind == "SQLite" and not session.settings.state.exists():
        kind = "SQLite, not made yet"
    with session.store(create=False) as store:
        return ShownState(session.shown_state, kind, holdings(store))


def _life(held: Held) -> str:
    if held.lives is None:
        return f"number {held.number}; whether that process lives cannot be seen from this computer"
    return f"number {held.number}; that process {'lives' if held.lives else 'is gone'}"
