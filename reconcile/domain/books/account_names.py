"""Accounts as finance systems write them: a number, a name, or both in one text."""

from __future__ import annotations

import re
from collections.abc import Iterable


def account_of(texts: Iterable[str], accounts: Iterable[str]) -> str:
    """Which of the accounts the texts of a row name; empty where they name none.

    `2100`, `2100 Accrued commissions`, `2100 - Accrued`, `Accrued (2100)` and `Liabilities:2100 Accrued` all
    name the account 2100. An account that is set by its name must be written in full.
    """
    known = sorted(set(accounts), key=lambda one: (-len(one), one))
    for text in texts:
        bare = " ".join(text.split())
        for account in known:
            if _names(bare, account):
                return account
    return ""


def _names(text: str, account: str) -> bool:
    if not account:
        return False
    if text.casefold() == account.casefold():
        return True
    if not any(char.isdigit() for char in account):
        return False
    number = re.escape(account)
    # A number at the beginning, of the text or of a sub-account, or in brackets at the end.
    return bool(
        re.search(rf"(?:^|[:>]\s*){number}(?=$|\s|[\u00b7:\u2013\u2014-]\s)|[(\[]{number}[)\]]$", text)
    )
