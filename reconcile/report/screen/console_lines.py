"""Writes lines to a terminal: wrapped with their indent, long lists folded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from rich.console import Console
from rich.text import Text

from reconcile.domain.phrases import counted

FOLD = 20
"""Lines of a list that are shown; the rest is counted."""
T = TypeVar("T")


@dataclass(frozen=True)
class Screen:
    """A console, whether long lists are shown whole, and how places are named."""

    console: Console
    full: bool
    placed: Callable[[str], str] = str

    def say(self, text: Text, indent: int = 0) -> None:
        """Writes a text, wrapped with its indent on a terminal."""
        console = self.console
        room = max(console.width - indent, 20)
        for line in text.wrap(console, room) if console.is_terminal else [text]:
            line.rstrip()
            console.print(Text(" " * indent) + line, soft_wrap=True, highlight=False)

    def blank(self) -> None:
        """An empty line."""
        self.console.print()

    def listed(self, lines: Sequence[T], show: Callable[[T], None]) -> None:
        """Shows the lines of a list, and counts those that it folds."""
        for line in lines if self.full else lines[:FOLD]:
            show(line)
        self.folded(len(lines))

    def folded(self, count: int) -> None:
        """Counts what a list of that length folds."""
        if not self.full and count > FOLD:
            more = counted(count - FOLD, "more", "more")
            self.say(Text(f"… and {more}; --full shows all", "dim"), 2)
