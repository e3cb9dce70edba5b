"""Which rules of approval a plan meets, and what is signed of it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from reconcile.domain.money import Money, plain
from reconcile.domain.phrases import counted
from reconcile.domain.policy.approval import RULES, ApprovalPolicy
from reconcile.domain.stage import stage_of
from reconcile.people.statement import Subject, digest_of
from reconcile.plan.model import Action, Effect, Operation, Plan
from reconcile.plan.undo import is_undo

_NONE = Decimal(0)
_TAKEN_OFF = (Action.DECLINE_LINE, Action.DETACH_LINE)


@dataclass(frozen=True, slots=True)
class Known:
    """What a plan does not say itself.

    reopened: the closed periods that it would change. paid_before: the ids of the partners that were paid
    before. changed_accounts: the ids of those whose last two payments by file went to different accounts.
    """

    reopened: tuple[str, ...] = ()
    paid_before: frozenset[str] = frozenset()
    changed_accounts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Met:
    """A rule that a plan meets. why: in words. approvers: how many must agree."""

    rule: str
    why: str
    approvers: int


def met(found: Iterable[tuple[str, str]], policy: ApprovalPolicy) -> tuple[Met, ...]:
    """Rules that are met and why, each with how many must agree."""
    return tuple(
        Met(rule, why, max(policy.approvers, policy.approvers_for.get(rule, 1))) for rule, why in found
    )


@dataclass(frozen=True, slots=True)
class _Moved:
    """What moves, per currency, and per partner and currency."""

    whole: Mapping[str, Decimal]
    partners: Mapping[tuple[str, str], Decimal]


def rules_met(plan: Plan, policy: ApprovalPolicy, known: Known) -> tuple[Met, ...]:
    """The rules that ask for an approval of a plan; none where it writes nothing."""
    if not plan.operations or not policy.asks:
        return ()
    reasons = _named(plan, known)
    found = [(rule, reasons[rule]) for rule in RULES if rule in policy.ask_for and rule in reasons]
    found += [("amount", why) for why in _above(plan, policy.amounts)]
    found += [("partner-amount", why) for why in _partners_above(plan, policy.partner_amounts)]
    return met(found, policy)


def subject_of(
    plan: Plan,
    store: str,
    policy: ApprovalPolicy,
    known: Known,
    gates: Iterable[str] = (),
    reopened: Iterable[str] = (),
) -> Subject:
    """What is signed of a plan. gates, reopened: those that are to be let pass."""
    met = rules_met(plan, policy, known)
    return Subject(
        kind="undo" if is_undo(plan) else "plan",
        environment=str(plan.environment),
        store=store,
        fingerprint=plan.fingerprint,
        source=plan.files,
        reliance=digest_of([[one.id, dict(one.relies_on)] for one in plan.operations]),
        totals={currency: plain(amount) for currency, amount in sorted(_moved(plan).whole.items())},
        counts=dict(_counts(plan)),
        gates=tuple(sorted(set(gates))),
        reopened=tuple(sorted(set(reopened))),
        rules=tuple(sorted({one.rule for one in met})),
        approvers=max((one.approvers for one in met), default=policy.approvers),
        policy=policy.fingerprint,
    )


def steps_of(plan: Plan) -> Iterator[str]:
    """What the plan does, in words: what cannot be taken back, what partners see, and then the rest.

    Each with its money before and after, and the reason that the person gave who asks for it.
    """
    reasons = {one.target.id: one.reason for one in plan.operations}
    seen = [one for one in plan.effects if _goes_to(one) and stage_of(one.stage_after).partner_visible]
    for one in plan.operations:
        if one.by_hand:
            yield f"{_operation_words(one)}: the API cannot undo it{_reason(one.reason)}"
    for effect in seen:
        yield (
            f"{effect.target.partner_name}, {effect.target.id}{_amounts_of(effect)}: {effect.stage_before} "
            f"to {effect.stage_after}, which the partner sees{_reason(reasons.get(effect.target.id, ''))}"
        )
    told = {one.target.id for one in seen}
    for one in plan.operations:
        if not one.by_hand and one.target.id not in told:
            yield f"{_operation_words(one)}{_reason(one.reason)}"


def _operation_words(one: Operation) -> str:
    money = f", {_before_after(one.before, one.after)}" if one.before or one.after else ""
    return f"{one.action.value} {one.target.id} ({one.target.partner_name}){money}"


def _amounts_of(effect: Effect) -> str:
    before = Money(effect.amount_before, effect.currency)
    if effect.amount_after is None:
        return f", {before} -> unknown, since lines of another currency change"
    return f", {_before_after(before, Money(effect.amount_after, effect.currency))}"


def _before_after(before: Money | None, after: Money | None) -> str:
    return str(before) if before == after else f"{before or 'nothing'} -> {after or 'nothing'}"


def _reason(text: str) -> str:
    return f". Reason: {text}" if text else ""


def _named(plan: Plan, known: Known) -> dict[str, str]:
    """The rules of those that `ask_for` can name that this plan meets, with the reason."""
    moves = [one for one in plan.effects if _goes_to(one)]
    paying = [one for one in moves if _pays(one)]
    visible = [one for one in moves if stage_of(one.stage_after).partner_visible]
    first = _partners(one for one in paying if one.target.partner_id not in known.paid_before)
    changed = _partners(one for one in paying if one.target.partner_id in known.changed_accounts)
    steps = [one for one in plan.operations if one.by_hand]
    gates = [one.name for one in plan.gates]
    found = {
        "any": "every plan needs an approval",
        "visible": _some(visible, "payout moved to a stage that partners see"),
        "paying": _some(paying, "payout moved to a stage that pays"),
        "irreversible": _some(steps, "step that the API cannot undo"),
        "gate": f"a limit is let pass: {', '.join(gates)}" if gates else "",
        "reopened": f"a closed period is changed: {', '.join(known.reopened)}" if known.reopened else "",
        "changed-account": f"the bank account changed: {changed}" if changed else "",
        "first-payment": f"the first payment: {first}" if first else "",
        "undo": "what a run did is set back" if is_undo(plan) else "",
    }
    return {rule: why for rule, why in found.items() if why}


def _some(ones: Collection[object], words: str) -> str:
    noun, _, rest = words.partition(" ")
    return f"{counted(len(ones), noun)} {rest}" if ones else ""


def _above(plan: Plan, limits: Mapping[str, Decimal]) -> Iterator[str]:
    for currency, amount in sorted(_moved(plan).whole.items()):
        yield from limit_words("", Money(amount, currency), limits, "approval.amounts")


def _partners_above(plan: Plan, limits: Mapping[str, Decimal]) -> Iterator[str]:
    names = {one.target.partner_id: one.target.partner_name for one in plan.operations}
    for (partner, currency), amount in sorted(_moved(plan).partners.items()):
        who = f" of {names.get(partner, partner)}"
        yield from limit_words(who, Money(amount, currency), limits, "approval.partner_amounts")


def limit_words(who: str, money: Money, limits: Mapping[str, Decimal], setting: str) -> Iterator[str]:
    """That money moves above its limit, or that none is set for its currency. who: ` of Acme`, or empty."""
    if not limits or not money.amount:
        return
    limit = limits.get(money.currency)
    if limit is None:
        yield f"{money}{who} moves, and {setting} names no {money.currency}"
    elif money.amount > limit:
        yield f"{money}{who} moves, more than {Money(limit, money.currency)} ({setting})"


def _moved(plan: Plan) -> _Moved:
    """What moves, up and down alike.

    Of a payout that goes to a stage that partners see or that pays, the whole amount; elsewhere, what the
    lines change by. Where lines of another currency leave the amount of such a payout unknown, the money of
    each line that is changed on it counts as well, in its own currency.
    """
    released = {one.target.id: one for one in plan.effects if _releases(one)}
    whole: dict[str, Decimal] = {}
    partners: dict[tuple[str, str], Decimal] = {}

    def add(partner: str, currency: str, amount: Decimal) -> None:
        whole[currency] = whole.get(currency, _NONE) + abs(amount)
        partners[partner, currency] = partners.get((partner, currency), _NONE) + abs(amount)

    for effect in released.values():
        amount = effect.amount_before if effect.amount_after is None else effect.amount_after
        add(effect.target.partner_id, effect.currency, amount)
    for one in plan.operations:
        for currency, amount in _moved_by(one, released.get(one.target.payout_id or "")).items():
            add(one.target.partner_id, currency, amount)
    return _Moved(whole, partners)


def _moved_by(one: Operation, release: Effect | None) -> dict[str, Decimal]:
    """What an operation moves beside the release of its payout, if there is one."""
    if release is None:
        return _largest(one) if one.action in _TAKEN_OFF else _change(one)
    return _largest(one) if release.amount_after is None else {}


def _largest(one: Operation) -> dict[str, Decimal]:
    """The money of a line before or after, whichever is more, whatever its sign."""
    found: dict[str, Decimal] = {}
    for money in (one.before, one.after):
        if money:
            found[money.currency] = max(found.get(money.currency, _NONE), abs(money.amount))
    return found


def _change(one: Operation) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    if one.after:
        found[one.after.currency] = one.after.amount
    if one.before:
        found[one.before.currency] = found.get(one.before.currency, _NONE) - one.before.amount
    return found


def _counts(plan: Plan) -> Iterator[tuple[str, int]]:
    yield "operations", len(plan.operations)
    yield "steps that the API cannot undo", sum(bool(one.by_hand) for one in plan.operations)
    moves = [one for one in plan.effects if _goes_to(one)]
    yield "payouts that partners see move", sum(stage_of(one.stage_after).partner_visible for one in moves)
    yield "payouts that go to a stage that pays", sum(map(_pays, moves))
    yield from sorted(Counter(one.action.value for one in plan.operations).items())


def _goes_to(one: Effect) -> bool:
    return one.stage_after != one.stage_before


def _pays(one: Effect) -> bool:
    """Whether a payout goes where it is paid, or counts as paid."""
    stage = stage_of(one.stage_after)
    return stage.paying or (stage.released and stage.final)


def _releases(one: Effect) -> bool:
    return _goes_to(one) and (stage_of(one.stage_after).releases or _pays(one))


def _partners(effects: Iterable[Effect]) -> str:
    return ", ".join(sorted({one.target.partner_name for one in effects}))
