"""A console of rich through which only what can be seen reaches the terminal, beside rich's own colours.

Every text is one line: a line break inside it is shown as a character, so that no value begins a new line.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from reconcile.domain.unseen import one_line, visible


class SafeConsole(Console):
    """Makes every piece of text visible, in whatever table, text or progress bar it stands.

    keep_lines: line breaks stay, for a text of our own such as the manual.
    """

    keep_lines = False

    def render_str(self, text: str, **options: Any) -> Text:  # noqa: ANN401  rich's signature
        """A string as text; rich drops some controls of it before it renders it, so they are shown first."""
        return super().render_str(self._shown(text), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The pieces of what is printed."""
        if isinstance(renderable, Text) and not self.keep_lines:
            renderable = renderable.copy()
            renderable.plain = renderable.plain.replace("\n", "␊")
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                yield Segment(visible(segment.text), segment.style)

    def _shown(self, text: str) -> str:
        return visible(text) if self.keep_lines else one_line(text)
