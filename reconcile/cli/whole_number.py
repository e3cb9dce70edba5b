"""The number of an option: click's own takes digits of every script, and `1_000`."""

from __future__ import annotations

import click

from reconcile.domain.money import is_digits

_SHOWN = 40


class WholeNumber(click.IntRange):
    """Digits of ASCII alone, within a range."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number. Fails with a sentence for what is none."""
        text = str(value)
        if not is_digits(text):
            shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
            self.fail(f"{shown!r} is not a whole number, such as 12.", param, ctx)
        return int(super().convert(int(text), param, ctx))
