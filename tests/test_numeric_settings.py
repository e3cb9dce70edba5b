"""Every setting that is a number, made from the settings themselves: what is none gets one fitting sentence."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from reconcile.config import Choices, load
from reconcile.domain.policy.approval import ApprovalPolicy
from reconcile.domain.policy.bank import BankPolicy
from reconcile.domain.policy.close import ClosePolicy
from reconcile.domain.policy.file_rules import FileRules
from reconcile.domain.policy.names_and_limits import Conduct, Limits, Policy, ReadLimits
from reconcile.domain.policy.notices import NoticePolicy
from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.domain.policy.pickup import PickupPolicy
from reconcile.domain.policy.sign_in_rules import SignInPolicy
from reconcile.domain.policy.stamp import StampPolicy
from reconcile.errors import ConfigurationError
from reconcile.profile import Profile

SECTIONS = {
    "profiles.default": Profile,
    "limits": Limits,
    "policy": Policy,
    "workbook": ReadLimits,
    "run": Conduct,
    "payments": PaymentPolicy,
    "close": ClosePolicy,
    "files": FileRules,
    "bank": BankPolicy,
    "notify": NoticePolicy,
    "pickup": PickupPolicy,
    "sign_in": SignInPolicy,
    "timestamp": StampPolicy,
    "approval": ApprovalPolicy,
}
OF_THEIR_OWN = ("policy.names", "policy.limits", "policy.reading")
"""Parts of a policy that stand in sections of their own."""
NUMBERS = (int, float, Decimal)
WORDS = {
    "nan": "number|must be",
    "inf": "number|must be",
    "-inf": "number|must be",
    "1e400": "number|must be",
    "-1": "must be (0|1|more|between|from|[0-9, ]+)|or more|below zero",
    "9" * 40: "at most|plain digits|must be|such as 36",
    '"text"': "number",
    '"1_0"': "number",
    '"\u0661\u0660"': "number",
    "true": "number",
    "[[1]]": "number",
    "{ a = { b = 1 } }": "number",
}
"""What a value is answered with: what it must be."""


def _numbers(kind: type, section: str) -> Iterator[tuple[str, str]]:
    """Section and key of each number, also of those in tables and lists within."""
    hints = typing.get_type_hints(kind)
    for one in fields(kind):
        hint, place = hints[one.name], f"{section}.{one.name}"
        inner = [each for each in typing.get_args(hint) if each not in (type(None), ...)]
        if place in OF_THEIR_OWN:
            continue
        if is_dataclass(hint):
            yield from _numbers(typing.cast("type", hint), place)
        elif hint in NUMBERS or (typing.get_origin(hint) is typing.Union and set(inner) & set(NUMBERS)):
            yield place, "{}"
        elif typing.get_origin(hint) is tuple and inner[0] in NUMBERS:
            yield place, "[{}]"
        elif typing.get_origin(hint) is Mapping and inner[1] in NUMBERS:
            yield f"{place}.{'paying' if 'approvers' in place else 'USD'}", "{}"
        elif typing.get_origin(hint) is Mapping and is_dataclass(inner[1]):
            yield from _numbers(typing.cast("type", inner[1]), f"{place}.USD")


FOUND = {place: form for section, kind in SECTIONS.items() for place, form in _numbers(kind, section)}


def test_the_numbers_of_the_settings_are_found() -> None:
    assert len(FOUND) > 80
    assert {"profiles.default.live_minutes", "close.aging_days", "payments.tolerance.USD.percent"} <= set(
        FOUND
    )


@pytest.mark.parametrize("place", FOUND)
def test_what_is_no_number_gets_one_fitting_sentence(place: str, tmp_path: Path) -> None:
    section, _, key = place.rpartition(".")
    file = tmp_path / "settings.toml"
    for value, words in WORDS.items():
        file.write_text(f"[{section}]\n{key} = {FOUND[place].format(value)}\n", encoding="utf-8")
        with pytest.raises(ConfigurationError, match=words) as refused:
            load(Choices(config=file), {}, tmp_path)
        said = str(refused.value).removeprefix(f"{file}: ")

        assert section.partition(".")[0] in said, value
        assert (
            any(part in said for part in place.split(".")[1:]) or "an amount" in said or "approvers" in said
        )
        assert "Input" not in said, value
        assert "\n" not in said, value
        assert ("quotes" in said) <= (value[0] == '"'), f"{value}: {said}"


@pytest.mark.parametrize("place", ["policy.max_amount_factor", "limits.jump_factor"])
def test_a_factor_of_nothing_is_none(place: str, tmp_path: Path) -> None:
    section, _, key = place.rpartition(".")
    file = tmp_path / "settings.toml"
    file.write_text(f"[{section}]\n{key} = 0\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=f"{key} must be more than zero"):
        load(Choices(config=file), {}, tmp_path)
