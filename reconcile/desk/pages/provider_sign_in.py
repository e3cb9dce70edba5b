"""Sign-in through a provider: the way there, and the way back."""

from __future__ import annotations

import json
import os
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from reconcile.desk.family import Desk, Family, desk_of
from reconcile.desk.pages.sign_in_out import before_sign_in, count_client, give_back, own_path, signed_in
from reconcile.desk.security.provider import Provider, SignInBegun
from reconcile.desk.security.provider_person import Unknown, person_of
from reconcile.desk.security.tokens import is_same, key_of, new_secret
from reconcile.jobs.setup.api_key import client_secret

router = APIRouter()
FAMILY = Family(router)
BACK: Final = "/sign-in/provider/back"
_BEGUN: Final = "sign-in begun"
_BEGUN_SECONDS: Final = 600
_OLD: Final = "This sign-in was not begun in this browser, was used already, or is too old. Sign in again."


@router.get("/sign-in/provider")
def begin(request: Request, next: str = "/") -> Response:  # noqa: A002  the word in the address
    """Leads the browser to the provider."""
    desk = desk_of(request)
    provider = _provider(desk)
    count_client(request)
    browser = request.state.secret or new_secret()
    begun = SignInBegun(browser, new_secret())
    address = provider.address(begun)
    body = json.dumps({"browser": key_of(browser), "next": own_path(next)}).encode()
    desk.rows.put(_BEGUN, key_of(begun.state), "", body, _BEGUN_SECONDS)
    return before_sign_in(request, RedirectResponse(address, 303), browser)


@router.get(BACK)
def end(
    request: Request,
    state: Annotated[str, Query(max_length=500)] = "",
    code: Annotated[str, Query(max_length=10_000)] = "",
    error: Annotated[str, Query(max_length=500)] = "",
    iss: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """Takes the answer of the provider. A state counts once, and only in the browser that has it."""
    desk = desk_of(request)
    provider = _provider(desk)
    policy = provider.policy
    row = desk.rows.take(_BEGUN, key_of(state))
    kept = json.loads(row.body) if row else {}
    if not is_same(key_of(request.state.secret), kept.get("browser", "")):
        raise HTTPException(403, _OLD)
    if iss and iss != policy.issuer:
        raise HTTPException(403, f"This answer is not from {policy.name}. Nobody was signed in.")
    if error or not code:
        raise HTTPException(403, f"{policy.name} signed nobody in ({error or 'no code'}). Try again.")
    claims = provider.claims(code, SignInBegun(request.state.secret, state))
    try:
        person = person_of(claims, desk.session.settings.team, policy)
    except Unknown as unknown:
        fix = "Ask whoever keeps reconcile.toml to add you to [people], or to a group of [sign_in]."
        raise HTTPException(403, f"{unknown} {fix}") from unknown
    give_back(request)
    return signed_in(request, desk.sessions.begin(person.name, groups=person.groups), kept["next"])


def _provider(desk: Desk) -> Provider:
    policy = desk.session.settings.sign_in
    if not policy.issuer or desk.is_demo:
        raise HTTPException(404)
    return Provider(policy, client_secret(desk.session.settings, os.environ), f"{desk.url}{BACK}")
