"""Plans that somebody asked an approval of at the desk, kept as they were asked, for whoever answers."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from reconcile.desk.family import Desk
from reconcile.desk.runs.run_files import desk_key_file
from reconcile.desk.visitor import Visitor
from reconcile.errors import ConfigurationError
from reconcile.jobs.approvals.sign_statement import SignIn

_ASKED: Final = "asked plan"
_KEPT_SECONDS: Final = 60 * 86_400


@dataclass(frozen=True, slots=True)
class AskedPlan:
    """A plan that was asked about. plan: its JSON. brought: the key of the workbooks that it is of.

    gates, reopened: what its run may let pass and reopen, once it is approved.
    """

    plan: str
    brought: str
    gates: tuple[str, ...]
    reopened: tuple[str, ...]


def keep_asked(desk: Desk, request: str, visitor: Visitor, found: AskedPlan) -> None:
    """Keeps a plan under the id of its request."""
    desk.rows.put(_ASKED, request, visitor.name, json.dumps(asdict(found)).encode(), _KEPT_SECONDS)


def asked_plan(desk: Desk, request: str) -> AskedPlan | None:
    """The plan of a request; None where it was not asked at a desk, or too long ago."""
    row = desk.rows.get(_ASKED, request)
    if row is None:
        return None
    kept = json.loads(row.body)
    return AskedPlan(kept["plan"], kept["brought"], tuple(kept["gates"]), tuple(kept["reopened"]))


@contextmanager
def plan_file(plan: str) -> Iterator[Path]:
    """A plan in a file, for as long as the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "plan.json"
        file.write_text(plan, encoding="utf-8")
        yield file


def sign_in_of(desk: Desk, visitor: Visitor) -> SignIn:
    """The word of the desk for who is signed in. Raises ConfigurationError for nobody of `[people]`."""
    person = desk.session.settings.team.by_name(visitor.name)
    if person is None:
        raise ConfigurationError(f"{visitor.name} stands nowhere in [people], so cannot sign.")
    return SignIn(person.email, desk_key_file(desk.session))
