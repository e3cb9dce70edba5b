"""Filters as people give them, as a scope; and what is refused since it would silently mean everything."""

from __future__ import annotations

import pytest

from reconcile.domain.records import Partner
from reconcile.domain.snapshot import Scope
from reconcile.errors import ConfigurationError
from reconcile.jobs.scope import Filters, known_scope, listed_currencies, named_stage

ACME, OTHER, AGAIN = (
    Partner(f"ptn_{number}", name) for number, name in enumerate(("Acme", "Other", "other"))
)


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        (Filters(stages=(" ",)), "--stage is empty"),
        (Filters(partners=("",)), "--partner is empty"),
        (Filters(periods=("",)), "--period is empty"),
        (Filters(batches=("",)), "--batch is empty"),
        (Filters(stages=("Shipped",)), "There is no stage 'Shipped'"),
    ],
)
def test_an_empty_or_unknown_filter_is_refused(filters: Filters, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        _ = filters.scope


def test_a_stage_may_be_named_by_its_label_and_counts_once() -> None:
    assert Filters(stages=("Approved", "APPROVED")).scope == Scope(stages=("APPROVED",))
    assert named_stage("--move-to", " paid ") == "PAID"


def test_no_filter_is_everything() -> None:
    assert Filters().scope == Scope()


@pytest.mark.parametrize("text", ["acme", "ACME", ACME.id])
def test_a_partner_is_named_by_id_or_name_in_any_case(text: str) -> None:
    assert known_scope(Scope(partners=(text,)), [ACME, OTHER]).partners == (ACME.id,)


@pytest.mark.parametrize(
    ("text", "words"), [("Nobody", "There is no partner 'Nobody'"), ("Other", "that of 2 partners")]
)
def test_a_name_of_no_partner_or_of_several_is_refused(text: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        known_scope(Scope(partners=(text,)), [ACME, OTHER, AGAIN])


def test_a_currency_is_a_code_of_iso_4217() -> None:
    assert listed_currencies(("usd", "USD", "eur")) == ("USD", "EUR")
    with pytest.raises(ConfigurationError, match="There is no currency 'XXQ'"):
        listed_currencies(("xxq",))
