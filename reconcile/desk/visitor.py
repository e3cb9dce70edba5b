"""Who is signed in, and what that person may do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request

from reconcile.domain.policy.approval import ROLES

ROLE_WORDS: Final = {
    "prepare": "prepares and applies changes",
    "approve": "approves and rejects",
    "close": "closes periods",
    "audit": "reads",
}


class NotAllowed(Exception):
    """A signed-in person asked for what none of that person's roles allows. role: one that would."""

    def __init__(self, role: str) -> None:
        super().__init__(role)
        self.role = role


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person who is signed in. session: the key of the session row. token: what each write must carry."""

    name: str
    roles: tuple[str, ...]
    session: str
    token: str

    def may(self, role: str) -> bool:
        """Whether the person has a role."""
        return role in self.roles


async def visitor_of(request: Request) -> Visitor:
    """The person whose request it is. Only for routes that need a sign-in, which is all but a few.

    It waits for nothing, so it needs no thread of its own.
    """
    found = request.state.visitor
    assert isinstance(found, Visitor)
    return found


def needs(role: str) -> Callable[[Request], Awaitable[Visitor]]:
    """A dependency of a route: the visitor, if that person has the role. Raises NotAllowed."""
    assert role in ROLES

    async def check(request: Request) -> Visitor:
        visitor = await visitor_of(request)
        request.app.state.desk.refuse_unread()
        if not visitor.may(role):
            raise NotAllowed(role)
        return visitor

    return check


Anybody = Annotated[Visitor, Depends(visitor_of)]
Preparer = Annotated[Visitor, Depends(needs("prepare"))]
Approver = Annotated[Visitor, Depends(needs("approve"))]
Closer = Annotated[Visitor, Depends(needs("close"))]
