"""What people are told when something waits, fails, ends or goes stale."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice. kind: a name of `domain.policy.notices.KINDS`, or `message` for a text of a person's own.

    about: what it is about, so that the same is not told twice; empty for what is told each time. headline,
    advice: sentences of our own. facts: labels of our own, each with a value that may come from anybody.
    money: facts that say amounts, which are told only where the settings let them.
    """

    kind: str
    about: str
    headline: str
    facts: tuple[tuple[str, str], ...] = ()
    money: tuple[tuple[str, str], ...] = ()
    advice: str = ""

    def told(self, *, amounts: bool) -> tuple[tuple[str, str], ...]:
        """The facts that may be told."""
        return (*self.facts, *self.money) if amounts else self.facts
