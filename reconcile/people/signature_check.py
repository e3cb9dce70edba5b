"""Holds everything that was signed against its signatures, to find what was changed. Pure.

The chain of seals can be made anew by somebody who can write to the store. A signature cannot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from reconcile.domain.policy.approval import Team
from reconcile.people.how_approved import Check
from reconcile.people.signatory import signatory
from reconcile.people.statement import Signed


@dataclass(frozen=True, slots=True)
class Row:
    """A signed statement as it stands in the store, with the columns that say the same."""

    nonce: str
    environment: str
    act: str
    request: str
    fingerprint: str
    at: str
    by: str
    signed: Signed


@dataclass(frozen=True, slots=True)
class Checked:
    """broken: a sentence for each that does not hold. unknown: keys that nobody in [people] has any more."""

    count: int
    broken: tuple[str, ...]
    unknown: tuple[str, ...]


def check_signatures(
    rows: Iterable[Row], uses: Mapping[str, str], plans: Mapping[str, str], team: Team, is_signed: Check
) -> Checked:
    """Every signature, and whether each run or close that used an approval is what was approved.

    uses: what used each request. plans: the fingerprint of it as it is now: of the plan of a run, or of the
    numbers of a close.
    """
    broken: list[str] = []
    unknown: dict[str, None] = {}
    approved: dict[str, set[str]] = {}
    count = 0
    for row in rows:
        count += 1
        said = row.signed.statement
        by = signatory(said, team) if said else None
        if said is None or by is None:
            broken.append(f"Statement {row.nonce} of {row.by} is not one that this program wrote.")
        elif isinstance(by, str):
            unknown[f"{said.name} ({said.key})"] = None
        elif not is_signed(row.signed.text.encode(), row.signed.signature, by.key):
            broken.append(f"The signature of {said.name} under {said.act} {said.request} is broken.")
        else:
            broken += _differing(row)
            if said.act == "approve":
                approved.setdefault(said.request, set()).add(said.subject.fingerprint)
    broken += _not_approved(uses, plans, approved, has_unknown=bool(unknown))
    return Checked(count, tuple(broken), tuple(unknown))


def _differing(row: Row) -> Iterator[str]:
    said = row.signed.statement
    assert said is not None
    signed = (said.nonce, said.subject.environment, said.act, said.request, said.subject.fingerprint, said.at)
    stored = (row.nonce, row.environment, row.act, row.request, row.fingerprint, row.at)
    if (*signed, said.name) != (*stored, row.by):
        yield f"The row of {said.act} {said.request} says something else than what {said.name} signed."


_WHAT: Final = {
    "run": "The plan of",
    "close": "The close",
    "bills": "The set of bills",
    "rules": "The change of the",
}
"""What used an approval, by the beginning of its id."""


def _not_approved(
    uses: Mapping[str, str],
    plans: Mapping[str, str],
    approved: Mapping[str, set[str]],
    *,
    has_unknown: bool,
) -> Iterator[str]:
    for request, run in uses.items():
        signed, now = approved.get(request, set()), plans.get(run, "")
        if signed and now not in signed:
            what = _WHAT.get(run.partition("-")[0], "What was done as")
            yield (
                f"{what} {run} (fingerprint {now[:12] or 'not readable'}) is not the one signed in {request} "
                f"({min(signed)[:12]})."
            )
        elif not signed and not has_unknown:
            yield f"{run} used {request}, which nobody signed an approval of."
