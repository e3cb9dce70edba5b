"""No key and no full account number is left in a text, and nothing else is touched."""

from __future__ import annotations

import pytest

from reconcile.evidence.masking import Masker

IBAN = "DE89370400440532013000"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"pay to {IBAN}", "pay to …3000"),
        ("pay to DE89 3704 0044 0532 0130 00, please", "pay to …3000, please"),
        ("pay to DE89 3704 0044 0532 0130 00 please", "pay to …3000 please"),
        ("de89-3704-0044-0532-0130-00", "…3000"),
        ("GB29\u00a0NWBK\u00a06016\u00a01331\u00a09268\u00a019", "…6819"),
        (f'{{"note": "first\\n{IBAN}"}}', '{"note": "first\\n…3000"}'),
        (f"{IBAN};{IBAN}", "…3000;…3000"),
    ],
)
def test_an_iban_is_masked_however_it_is_typed(text: str, masked: str) -> None:
    assert Masker().masked(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "DE89370400440532013001",
        "run-20260405-093012-1f2e3d wb-20260405-093012-1f2e3d pay_0000000000000000approved",
        "9dff0cfd56dac0f7fcfe6497d25d362571d04981ea9b1e6eaaf73e93fe1fb6fd",
        "Q1 2026 True-up AB12 of the PO-2026-04",
        "",
    ],
    ids=["wrong check digits", "ids", "a hash", "prose", "nothing"],
)
def test_what_is_no_account_stays(text: str) -> None:
    assert Masker().masked(text) == text


def test_own_accounts_and_keys_are_masked_wherever_they_stand() -> None:
    masker = Masker(accounts=("123456789", "42"), keys=("key-of-march",))

    assert masker.masked("account123456789 42 (key-of-march)") == "account…6789 42 ((key))"
    assert not masker.is_clean(b"x123456789x")
    assert masker.is_clean(b"42")


GB = "GB82WEST12345698765432"
DE = "DE89370400440532013000"


@pytest.mark.parametrize(
    "text",
    [
        "GB82.WEST.1234.5698.7654.32", "DE89-3704-0044-0532-0130-00", "DE89/3704/0044/0532/0130/00",
        "DE89_3704_0044_0532_0130_00", "DE89 3704\n0044 0532\n0130 00", r"DE89 3704\n0044 0532 0130 00",
        "DE89\u20093704\u20090044\u20090532\u20090130\u200900", f"IBAN{DE}", f"x{DE}", f"FY26 pay to {DE}",
        "PO12 DE89 3704 0044 0532 0130 00", f"{DE} and {GB}", f"{DE}{GB}", "de89370400440532013000",
    ],
)  # fmt: skip
def test_an_account_is_masked_wherever_it_begins_and_however_it_is_grouped(text: str) -> None:
    masked = Masker().masked(text)

    bare = "".join(char for char in masked.upper() if char.isalnum())
    assert "370400440532" not in bare
    assert "WEST123456" not in bare
    assert "…" in masked
    assert not Masker().is_clean(text.encode())
