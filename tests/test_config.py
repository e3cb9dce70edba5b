"""Settings come from the file, then the environment, then options; whatever is wrong is named."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from reconcile.config import Choices, load
from reconcile.domain.finding import Severity
from reconcile.errors import ConfigurationError
from reconcile.trusted_files import remember


def _file(folder: Path, text: str, name: str = "reconcile.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    remember(path, path.read_bytes())
    return path


def test_without_a_file_there_are_defaults(tmp_path: Path) -> None:
    settings = load(Choices(), {}, tmp_path)

    assert settings.profile_name == "default"
    assert settings.profile.base_url == "https://api.introw.io"
    assert settings.profile.rate == 120


def test_options_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    _file(tmp_path, '[profiles.a]\nbase_url = "https://file.example"\n[profiles.b]\n')
    environ = {"INTROW_BASE_URL": "https://environment.example", "RECONCILE_STATE": "/tmp/environment.db"}
    from_environment = load(Choices(profile="a"), environ, tmp_path)
    from_option = load(Choices(profile="b", state=Path("option.db")), environ, tmp_path)
    from_file = load(Choices(profile="a"), {}, tmp_path)

    assert from_file.profile.base_url == "https://file.example"
    assert from_environment.profile.base_url == "https://environment.example"
    assert from_environment.state == Path("/tmp/environment.db")
    assert from_option.state == Path("option.db")


def test_a_file_that_is_named_wins_over_the_one_at_hand(tmp_path: Path) -> None:
    _file(tmp_path, "[profiles.here]\n")
    named = _file(tmp_path, "[profiles.named]\n", "other.toml")

    assert load(Choices(), {}, tmp_path).profile_name == "here"
    assert load(Choices(config=named), {}, tmp_path).profile_name == "named"
    assert load(Choices(), {"RECONCILE_CONFIG": str(named)}, tmp_path).profile_name == "named"


def test_policy_limits_rules_and_names_are_read(tmp_path: Path) -> None:
    _file(
        tmp_path,
        '[policy]\npo_required_stages = ["PAID"]\n[limits]\nmax_money_share = 0.5\n'
        '[rules]\namount-zero = "warning"\npayout-over = "off"\n[names]\nvoided_statuses = ["GONE"]\n',
    )
    policy = load(Choices(), {}, tmp_path).policy

    assert policy.po_required_stages == ("PAID",)
    assert policy.limits.max_money_share == Decimal("0.5")
    assert policy.rules == {"amount-zero": Severity.WARNING, "payout-over": None}
    assert policy.names.voided_statuses == ("GONE",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("colour = 1", "no setting 'colour'"),
        ("[limits]\nmax_money = 1", "limits has no setting 'max_money'"),
        ('[limits]\nmax_changes = "many"', "limits.max_changes"),
        ('[rules]\namount-zero = "loud"', "rules.amount-zero is 'loud'"),
        ('[rules]\ntoken = "off"', "there is no rule 'token' to set"),
        (
            '[rules]\namount-zerro = "off"',
            "there is no rule 'amount-zerro' to set; there are: action-in-pool",
        ),
        ('[policy]\npo_required_stages = ["PAYED"]', "no stage 'PAYED'.* Did you mean PAID"),
        ('[policy]\nstage_order = ["DRAFFT"]', "Did you mean DRAFT"),
        ("[limits]\nmax_change = 1", "Did you mean max_changes"),
        ("[profiles.p]\nrate = 0", "profiles.p.rate must be more than zero"),
        ('default_profile = "q"\n[profiles.p]', "There is no profile q"),
        ("[workbook]\nrows = 0", "workbook.rows must be more than zero"),
        ("[workbook]\nseconds = -1.5", "workbook.seconds must be more than zero"),
        ("[workbook]\nrow = 5", "workbook has no setting 'row'"),
        ('[close.expense]\ndefault = "1"\nby_plans = {}', "close.expense has no setting 'by_plans'"),
        ("[close.gl]\npayables = 1", "close.gl has no setting 'payables'"),
        ("[close.contract_cost]\nplans = { A = 0 }", "the term of 'A' must be 1 to 600 months, and is 0"),
        ("[close.contract_cost]\nplans = { A = -3 }", "the term of 'A' must be 1 to 600 months, and is -3"),
        ('[close.contract_cost]\nplans = { A = "36" }', "the term of 'A' is '36'; write a number of months"),
        ("[close.contract_cost]\nplans = { A = true }", "the term of 'A' is True"),
        ('[close.contract_cost]\nplans = { A = 36 }\nasset = "1"', "amortisation must name an account"),
        ("[close.contract_cost]\nplan = { A = 36 }", "close.contract_cost has no setting 'plan'"),
        ('[close.contract_cost]\nstart = "later"', "close.contract_cost.start"),
        ('[close.remeasurement]\ncurrency = "USD"', "account must name the account of gains and losses"),
        ('[close.remeasurement]\ncurrency = "US"\naccount = "7"', "'US', which is no currency"),
        ('[close.remeasurement]\naccount = "7"', "currency must name the currency of the books"),
        (
            '[close.remeasurement]\ncurrency = "USD"\naccount = "7"',
            r"payable in \[close.gl\] must name their account; or set payables",
        ),
        ("[close.dimensions.class]\nby_plans = {}", "close.dimensions.class has no setting 'by_plans'"),
        ("[close.dimensions.colour]", "close.dimensions.colour"),
        ("profiles = 3", "section"),
        ("not toml", "cannot be read"),
    ],
)
def test_whatever_is_wrong_is_named_with_its_file_and_key(text: str, words: str, tmp_path: Path) -> None:
    _file(tmp_path, text)

    with pytest.raises(ConfigurationError, match=words) as caught:
        load(Choices(), {}, tmp_path)
    assert "reconcile.toml" in str(caught.value)


def test_a_locale_comes_from_the_option_before_the_file(tmp_path: Path) -> None:
    _file(tmp_path, '[policy]\nlocale = "de"\n')

    assert load(Choices(), {}, tmp_path).policy.locale == "de"
    assert load(Choices(locale="en-US"), {}, tmp_path).policy.locale == "en-US"


def test_an_unknown_locale_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no locale 'klingon'"):
        load(Choices(locale="klingon"), {}, tmp_path)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("reason_above = { ERU = 5 }", "reason_above names 'ERU', which is no currency"),
        ("reason_above = { EUR = -5 }", "reason_above.EUR must be 0 or more"),
        ('reasons_for = ["declines"]', "reasons_for"),
    ],
)
def test_a_reason_asked_for_what_is_not_there_is_refused(tmp_path: Path, line: str, says: str) -> None:
    file = tmp_path / "reconcile.toml"
    file.write_text(f"[policy]\n{line}\n", encoding="utf-8")

    with pytest.raises(ConfigurationError, match=says):
        load(Choices(config=file), {}, tmp_path)


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ('issuer = "http://login.example.com"\nclient_id = "desk"', "issuer must be an address"),
        ('issuer = "accounts.google.com"\nclient_id = "desk"', "issuer must be an address"),
        ('issuer = "https://accounts.google.com"', "go together"),
        ('groups = { payouts = ["boss"] }', "has a role 'boss'"),
        ('proxies = ["caddy"]', "caddy"),
        ("seconds = 0", "seconds must be more than 0 and at most 60"),
        ("seconds = 61", "seconds must be more than 0 and at most 60"),
        ('client_secret = "x"', "has no setting 'client_secret'"),
    ],
)
def test_a_sign_in_that_cannot_be_meant_is_refused(tmp_path: Path, lines: str, why: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(f"[sign_in]\n{lines}\n", encoding="utf-8")

    with pytest.raises(ConfigurationError, match=why):
        load(Choices(config=file), {}, tmp_path)
