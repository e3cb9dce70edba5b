"""A console of rich through which only what can be seen reaches the terminal, beside rich's own colours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from reconcile.domain.unseen import visible


class SafeConsole(Console):
    """Makes every piece of text visible, in whatever table, text or progress bar it stands."""

    def print(self, *objects: Any, **options: Any) -> None:  # noqa: ANN401  rich's signature
        """Prints; rich drops some controls of a plain text before it renders it, so they are shown first."""
        super().print(*(visible(one) if isinstance(one, str) else one for one in objects), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The pieces of what is printed."""
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield Segment(visible(segment.text), segment.style)
