"""Settings: profiles in `reconcile.toml`, then the environment, then options; later ones win.

    default_profile = "production"

    [profiles.production]
    base_url = "https://api.introw.io"
    api_key_file = "~/.config/reconcile/production.key"   # or: keyring = "reconcile-production"
    rate = 120            # requests a minute

    [names]               # words that the API does not document: see `domain.policy.Names`
    [limits]              # the gates: see `domain.policy.Limits`
    [workbook]            # how much of a file is read: see `domain.policy.ReadLimits`
    [rules]               # rule = "off", "warning" or "error"
    [payments]            # how payments are matched: see `domain.paying.PaymentPolicy`
    [close]               # the month end: see `domain.closing.ClosePolicy`
    [files]               # private: whether only you can read what is written
    [bank]                # the accounts that pay: see `domain.policy.bank.BankPolicy`
    [notify]              # who is told of what: see `domain.policy.notices`
    [pickup]              # the folder in which workbooks arrive: see `domain.policy.pickup`
    [sign_in]             # the provider through which people sign in: see `domain.policy.sign_in_rules`
    [timestamp]           # the authority that stamps packs: see `domain.policy.stamp.StampPolicy`
    [people]              # who works here, and [approval], who must agree to what: see `people_settings`
    [policy]              # po_required_stages, max_amount_factor, locale and others: see `Policy`

The file is the one that `--config` or RECONCILE_CONFIG names, `reconcile.toml` in the working folder, or
the one in the user's configuration folder. One in the working folder that nobody named is used once it is
trusted (`reconcile config trust`), or where only the sandbox can be reached with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from platformdirs import user_config_path, user_state_path

from reconcile.close_settings import close_policy
from reconcile.domain.finding import Severity
from reconcile.domain.locale import customs
from reconcile.domain.money import known_currencies
from reconcile.domain.period import check_zone
from reconcile.domain.phrases import did_you_mean
from reconcile.domain.policy.approval import Team
from reconcile.domain.policy.bank import BankPolicy, PayingAccount
from reconcile.domain.policy.close import ClosePolicy
from reconcile.domain.policy.file_rules import FileRules
from reconcile.domain.policy.names_and_limits import Conduct, Limits, Names, Policy, ReadLimits
from reconcile.domain.policy.notices import NoticePolicy
from reconcile.domain.policy.payments import PaymentPolicy
from reconcile.domain.policy.pickup import PickupPolicy
from reconcile.domain.policy.sign_in_rules import SignInPolicy
from reconcile.domain.policy.stamp import StampPolicy
from reconcile.domain.rules import RULES
from reconcile.domain.stage import STAGES, find_stage
from reconcile.errors import ConfigurationError
from reconcile.loopback import is_loopback
from reconcile.people_settings import team
from reconcile.profile import Profile
from reconcile.setting_values import made, read_bytes, refuse_below_zero, refuse_unknown, sections_of
from reconcile.stamp_settings import stamps
from reconcile.state_server import StateServer, place_of
from reconcile.trusted_files import is_trusted, was_trusted

FILE_NAME: Final = "reconcile.toml"
SANDBOX_KEY: Final = "sandbox-key"
"""The key of the sandbox, which everybody knows."""
SIGNED_IN: Final = "RECONCILE_SIGNED_IN"
"""The variable in which the desk tells a process who is signed in. It counts by the signature in it."""
_SECTIONS = {
    *("default_profile", "profiles", "names", "limits", "rules", "policy", "workbook"),
    *("run", "payments", "close", "files", "bank", "people", "approval"),
    *("notify", "pickup", "sign_in", "timestamp"),
}
MOST_LIVE_MINUTES: Final = 60
"""How old live may be for a plan; a plan that is to be older is one that was saved."""
_REACHING = {"notify", "timestamp", "sign_in"}
_APP = "reconcile"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a command is told beside its own arguments. The key is never in here.

    state: the file of the state; with a server, the one beside which this computer's notes on it are.
    sources: where each setting came from that is not a default.
    """

    profile_name: str
    profile: Profile
    policy: Policy
    state: Path
    server: StateServer | None = None
    templates: Path | None = None
    file: Path | None = None
    conduct: Conduct = field(default_factory=Conduct)
    payments: PaymentPolicy = field(default_factory=PaymentPolicy)
    close: ClosePolicy = field(default_factory=ClosePolicy)
    files: FileRules = field(default_factory=FileRules)
    bank: BankPolicy = field(default_factory=BankPolicy)
    team: Team = field(default_factory=Team)
    notices: NoticePolicy = field(default_factory=NoticePolicy)
    pickup: PickupPolicy = field(default_factory=PickupPolicy)
    sign_in: SignInPolicy = field(default_factory=SignInPolicy)
    stamps: StampPolicy = field(default_factory=StampPolicy)
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choices:
    """What the command line says about settings; None where it says nothing."""

    config: Path | None = None
    profile: str | None = None
    state: str | Path | None = None
    templates: Path | None = None
    locale: str | None = None


def load(choices: Choices, environ: Mapping[str, str], folder: Path) -> Settings:
    """The settings from file, environment and options. `folder` is the working folder.

    Raises ConfigurationError naming file, section and key, and for a file of the folder that is not trusted.
    """
    settings = _loaded(choices, environ, folder)
    _refuse_below_zero(settings)
    return settings


def _loaded(choices: Choices, environ: Mapping[str, str], folder: Path) -> Settings:
    file = _file(choices, environ, folder)
    raw = read_bytes(file) if file else b""
    content = _read(file, raw) if file else {}
    name = choices.profile or content.get("default_profile") or _only(content.get("profiles", {}))
    profile = _profile(content, name, file, environ)
    needs_trust = _needs_trust(choices, environ, content, profile)
    if file and needs_trust and file.parent == folder:
        _check_trust(file, raw)

    def check(people: Path, content_of_it: bytes) -> None:
        if needs_trust and folder.resolve() in people.resolve().parents:
            _check_trust(people, content_of_it)

    named = choices.state or environ.get("RECONCILE_STATE") or profile.state
    state, server = place_of(named or user_state_path(_APP) / "state.db", profile.state_lease, server_notes())
    return Settings(
        profile_name=name,
        profile=profile,
        policy=_policy(content, file, choices.locale),
        state=state,
        server=server,
        templates=choices.templates,
        file=file,
        conduct=_conduct(content, file),
        payments=made(PaymentPolicy, content.get("payments", {}), file, "payments"),
        close=close_policy(content.get("close", {}), file),
        files=made(FileRules, content.get("files", {}), file, "files"),
        bank=_bank(content.get("bank", {}), file),
        team=team(content, file, check),
        notices=made(NoticePolicy, content.get("notify", {}), file, "notify"),
        pickup=made(PickupPolicy, content.get("pickup", {}), file, "pickup"),
        sign_in=made(SignInPolicy, content.get("sign_in", {}), file, "sign_in"),
        stamps=stamps(content, file),
        sources=_sources(choices, environ, content, name, file),
    )


def _refuse_below_zero(settings: Settings) -> None:
    """Raises ConfigurationError for a number below zero that no section refused in words of its own."""
    parts = {
        f"profiles.{settings.profile_name}": settings.profile,
        "limits": settings.policy.limits,
        "policy": replace(settings.policy, limits=Limits()),
        "run": settings.conduct,
        "payments": settings.payments,
        "close": settings.close,
        "files": settings.files,
        "pickup": settings.pickup,
        "approval": settings.team.policy,
    }
    for section, part in parts.items():
        refuse_below_zero(part, f"{settings.file}: {section}")


def server_notes() -> Path:
    """The folder of what this computer notes about stores on servers."""
    return user_state_path(_APP) / "servers"


def _needs_trust(
    choices: Choices, environ: Mapping[str, str], content: Mapping[str, Any], profile: Profile
) -> bool:
    """Whether a file that nobody named must be trusted: one that says whom to tell, let in or ask, always."""
    is_found = not choices.config and not environ.get("RECONCILE_CONFIG")
    others = not _REACHING.isdisjoint(content) or "mail_server" in content.get("pickup", {})
    server = "://" in profile.state or profile.state_password_file or profile.state_keyring
    return is_found and bool(others or server or not _is_sandbox(profile, environ))


def _is_sandbox(profile: Profile, environ: Mapping[str, str]) -> bool:
    """Whether only a sandbox can be meant: a host on this computer, and the key that everybody knows."""
    try:
        host = urlsplit(profile.base_url).hostname or ""
    except ValueError:
        return False
    return is_loopback(host) and environ.get("INTROW_API_KEY") == SANDBOX_KEY


def _check_trust(file: Path, raw: bytes) -> None:
    """Raises ConfigurationError for a file that nobody trusted with this content."""
    if is_trusted(file, raw):
        return
    why = "has changed since it was trusted" if was_trusted(file) else "is not trusted"
    raise ConfigurationError(
        f"{file} {why}. It lies in the working folder, and can say where your key is sent, which limits hold "
        "and who may approve. Read it, then run `reconcile config trust`, or name another file with --config."
    )


def _sources(
    choices: Choices, environ: Mapping[str, str], content: Mapping[str, Any], name: str, file: Path | None
) -> dict[str, str]:
    """Where each setting came from that is not a default, by its name; the last one wins."""
    sections = {key: value for key, value in content.items() if key != "profiles" and isinstance(value, dict)}
    sections[f"profiles.{name}"] = content.get("profiles", {}).get(name, {})
    found = {f"{section}.{setting}": str(file) for section, values in sections.items() for setting in values}
    variables = {"RECONCILE_STATE": "state", "INTROW_BASE_URL": f"profiles.{name}.base_url"}
    found |= {setting: variable for variable, setting in variables.items() if environ.get(variable)}
    options = {"state": choices.state, "templates": choices.templates, "policy.locale": choices.locale}
    return found | {one: f"--{one.split('.')[-1]}" for one, value in options.items() if value is not None}


def _only(profiles: Mapping[str, Any]) -> str:
    return next(iter(profiles)) if len(profiles) == 1 else "default"


def user_configuration() -> Path:
    """The user's own folder for the configuration."""
    return user_config_path(_APP)


def _file(choices: Choices, environ: Mapping[str, str], folder: Path) -> Path | None:
    named = choices.config or environ.get("RECONCILE_CONFIG")
    if named:
        if not Path(named).is_file():
            raise ConfigurationError(f"There is no configuration file {named}.")
        return Path(named)
    places = (folder / FILE_NAME, user_configuration() / FILE_NAME)
    return next((place for place in places if place.is_file()), None)


def _read(file: Path, raw: bytes) -> dict[str, Any]:
    content = sections_of(raw, _SECTIONS, file)
    for name in sorted(_SECTIONS - {"default_profile"}):
        if not isinstance(content.get(name, {}), dict):
            raise ConfigurationError(f"{file}: [{name}] must be a section.")
    return content


def _profile(content: Mapping[str, Any], name: str, file: Path | None, environ: Mapping[str, str]) -> Profile:
    profiles = content.get("profiles", {})
    if name not in profiles and (profiles or name != "default"):
        known = ", ".join(profiles) or "none"
        raise ConfigurationError(f"There is no profile {name} in {file or FILE_NAME}; there are: {known}.")
    values, base_url = profiles.get(name, {}), environ.get("INTROW_BASE_URL")
    if base_url and isinstance(values, Mapping):
        values = {key: value for key, value in values.items() if key != "base_url"}
    profile = made(Profile, values, file, f"profiles.{name}")
    if base_url:
        profile = replace(profile, base_url=base_url)
    for setting in (
        "rate",
        "window",
        "page_size",
        "timeout",
        "attempts",
        "settle_wait",
        "absence_wait",
        "most_records",
        "state_lease",
    ):
        if getattr(profile, setting) <= 0:
            raise ConfigurationError(f"{file}: profiles.{name}.{setting} must be more than zero.")
    if not 0 <= profile.live_minutes <= MOST_LIVE_MINUTES:
        raise ConfigurationError(
            f"{file}: profiles.{name}.live_minutes must be between 0 and {MOST_LIVE_MINUTES}."
        )
    return profile


def _policy(content: Mapping[str, Any], file: Path | None, locale: str | None) -> Policy:
    own = content.get("policy", {})
    written = made(Policy, own if locale is None else {**own, "locale": locale}, file, "policy")
    policy = replace(
        written,
        names=made(Names, content.get("names", {}), file, "names"),
        limits=made(Limits, content.get("limits", {}), file, "limits"),
        reading=_reading(content.get("workbook", {}), file),
        rules=_rules(content.get("rules", {}), file),
    )
    if policy.locale:
        customs(policy.locale)
    factors = {
        "policy.max_amount_factor": policy.max_amount_factor,
        "limits.jump_factor": policy.limits.jump_factor,
    }
    for setting, factor in factors.items():
        if not factor:
            raise ConfigurationError(f"{file}: {setting} must be more than zero.")
    _check_reason_above(policy.reason_above, file)
    check_zone(policy.time_zone, f"{file}: policy.time_zone")
    return replace(
        policy,
        po_required_stages=_stages(policy.po_required_stages, "po_required_stages", file),
        stage_order=_stages(policy.stage_order, "stage_order", file),
        stage_gates=_stages(policy.stage_gates, "stage_gates", file),
    )


def _check_reason_above(limits: Mapping[str, Decimal], file: Path | None) -> None:
    for currency, amount in limits.items():
        if currency != "any" and currency not in known_currencies():
            hint = did_you_mean(currency, known_currencies())
            raise ConfigurationError(
                f"{file}: policy.reason_above names {currency!r}, which is no currency; name one, such as "
                f"EUR, or any.{hint}"
            )
        if not amount >= 0:
            raise ConfigurationError(f"{file}: policy.reason_above.{currency} must be 0 or more.")


def _stages(texts: tuple[str, ...], setting: str, file: Path | None) -> tuple[str, ...]:
    """The stages that a setting names, by value or label. Raises ConfigurationError for one that is none."""
    found = []
    for text in texts:
        stage = find_stage(text)
        if stage is None:
            hint = did_you_mean(text, STAGES)
            raise ConfigurationError(
                f"{file}: policy.{setting} has no stage {text!r}; there are: {', '.join(STAGES)}.{hint}"
            )
        found.append(stage.value)
    return tuple(found)


def _reading(section: Mapping[str, Any], file: Path | None) -> ReadLimits:
    limits = made(ReadLimits, section, file, "workbook")
    for setting in section:
        if getattr(limits, setting) <= 0:
            raise ConfigurationError(f"{file}: workbook.{setting} must be more than zero.")
    return limits


def _conduct(content: Mapping[str, Any], file: Path | None) -> Conduct:
    conduct = made(Conduct, content.get("run", {}), file, "run")
    if conduct.max_refusals < 1:
        raise ConfigurationError(f"{file}: run.max_refusals must be 1 or more.")
    return conduct


def _bank(section: Mapping[str, Any], file: Path | None) -> BankPolicy:
    for number, one in enumerate(section.get("accounts", ()), start=1):
        if isinstance(one, Mapping):
            known = {each.name for each in fields(PayingAccount)}
            refuse_unknown(one, known, file, f"bank.accounts {number}")
    policy = made(BankPolicy, section, file, "bank")
    if min(policy.terms_days, policy.prenote_days) < 0:
        raise ConfigurationError(f"{file}: bank: terms_days and prenote_days must be 0 or more.")
    return policy


def _rules(section: Mapping[str, Any], file: Path | None) -> dict[str, Severity | None]:
    grades: dict[str, Severity | None] = {
        "off": None,
        "warning": Severity.WARNING,
        "error": Severity.ERROR,
    }
    for rule, grade in section.items():
        if rule not in RULES or RULES[rule].fixed:
            known = ", ".join(sorted(name for name, one in RULES.items() if not one.fixed))
            hint = did_you_mean(rule, (name for name, one in RULES.items() if not one.fixed))
            raise ConfigurationError(f"{file}: there is no rule {rule!r} to set; there are: {known}.{hint}")
        if grade not in grades:
            raise ConfigurationError(
                f'{file}: rules.{rule} is {grade!r}; it must be "off", "warning" or "error".'
            )
    return {rule: grades[grade] for rule, grade in section.items()}
