"""For which systems bills and payments can be written, as a person chooses among them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from reconcile.erp.bills.layout import load_layout
from reconcile.erp.orders.model import FORMATS, NACHA
from reconcile.jobs.bills import systems
from reconcile.jobs.session import Session
from reconcile.resources import template

_BANKS: Final = {
    "pain.001": (
        "pain.001",
        "credit transfers of SEPA and others, as banks take them (ISO 20022, newest version)",
    ),
    NACHA: ("NACHA", "credit transfers of ACH, for a bank in the United States"),
}


@dataclass(frozen=True, slots=True)
class BillChoice:
    """A system. name: as the job knows it. pays: whether its files pay what is in them. about: what it is."""

    name: str
    title: str
    pays: bool
    about: str


def bill_choices(session: Session) -> tuple[BillChoice, ...]:
    """The systems: first those that import bills, then those that pay, each by its title."""
    found = [_format(name) if name in FORMATS else _layout(session, name) for name in systems(session)]
    return tuple(sorted(found, key=lambda one: (one.pays, one.title.casefold())))


def _format(name: str) -> BillChoice:
    title, about = _BANKS.get(name, (name, "the same as pain.001, in this version"))
    return BillChoice(name, title, pays=True, about=about)


def _layout(session: Session, name: str) -> BillChoice:
    path = template(f"erp/bills-{name}.toml", session.settings.templates)
    return _read(name, path, path.stat().st_mtime_ns)


@lru_cache(maxsize=100)
def _read(name: str, path: Path, _: int) -> BillChoice:
    """A layout as it was written at that moment."""
    found = load_layout(name, path)
    return BillChoice(name, found.title, found.pays, _about(path))


def _about(path: Path) -> str:
    """The first sentence of the comment at the head of a layout, without the name of the system."""
    lines = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("# "):
            break
        lines.append(line.removeprefix("# "))
    text = " ".join(lines)
    sentence = text.partition(". ")[0].rstrip(".")
    head, colon, rest = sentence.partition(": ")
    return rest if colon and len(head) < 60 else sentence
