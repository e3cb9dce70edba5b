"""What a template may spend while it is filled in: steps, seconds, the size of each text and of its output.

A template comes with a folder that somebody sends. Its sandbox keeps it from files and programs; this keeps
it from running without end and from filling the memory. Every loop, call, filter and operator is a step.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import update_wrapper
from itertools import chain
from string import Formatter
from typing import Any, Final, TypeVar, cast

from jinja2 import Environment, nodes, pass_environment, pass_eval_context
from jinja2.exceptions import SecurityError
from jinja2.filters import do_join, do_replace, do_round, do_sum, do_tojson, make_attrgetter
from jinja2.nodes import EvalContext
from jinja2.runtime import markup_join, str_join
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

T = TypeVar("T")
STEPS: Final = 20_000_000
SECONDS: Final = 600
LARGEST: Final = 10_000_000
"""Characters of a text, or entries of a list with those inside them."""
OUTPUT: Final = 500_000_000
"""Characters of a report, which is kept in memory until it is whole."""
_ALL: Final = 500_000_000  # characters of all texts that are made on the way
_PLACES: Final = 20
_WIDTH: Final = 3  # digits of a width or a precision in a format

LOOPED, MADE, JOINED = " looped", " made", " joined"
"""Filters that only `bounded` puts into a template: no template can write a name that begins with a space."""


@dataclass
class Budget:
    """What is left. The clock runs from the moment it is made. Everything here raises SecurityError."""

    steps: int = field(default_factory=lambda: STEPS)
    made: int = _ALL
    started: float = field(default_factory=time.monotonic)

    def step(self) -> None:
        """Counts one step."""
        self.steps -= 1
        if self.steps < 0 or time.monotonic() - self.started > SECONDS:
            raise SecurityError(
                f"it takes more than {STEPS:,} steps or {SECONDS} seconds, so it may run without end. "
                "Shorten its loops"
            )

    def loop(self, values: Iterable[T]) -> Iterator[T]:
        """The values one by one, each a step."""
        for value in values:
            self.step()
            yield value

    def sized(self, value: T) -> T:
        """The value, its text counted. Raises for too large a text, and for too much of all."""
        if isinstance(value, str):
            self.take(len(value))
            if len(value) > LARGEST:
                raise too_large()
        elif isinstance(value, list | tuple | dict):
            weigh(value)
        return value

    def take(self, size: int) -> None:
        """Counts the characters of what was made."""
        self.made -= size
        if self.made < 0:
            raise SecurityError(f"it makes more than {_ALL:,} characters of text. Shorten it")

    def counted(self, work: Callable[..., object]) -> Callable[..., object]:
        """A filter whose calls are steps, and whose results have a bounded size."""

        def count(*given: object, **named: object) -> object:
            self.step()
            return self.sized(work(*given, **named))

        return update_wrapper(count, work)

    def within(self, pieces: Iterable[str], largest: int | None = None) -> Iterator[str]:
        """A text piece by piece. Raises where it has more characters than the largest, or than LARGEST."""
        left = LARGEST if largest is None else largest
        for piece in pieces:
            left -= len(piece)
            if left < 0:
                raise too_large()
            yield piece


def too_large() -> SecurityError:
    """The refusal of a value of more than LARGEST."""
    return SecurityError("it makes a text or a list larger than any report has. Shorten it")


def weigh(value: object) -> None:
    """Raises SecurityError for a list that is too large with all that is in it, often or once."""
    if isinstance(value, str) and len(value) < LARGEST:
        return  # as most values are
    left, open_ = LARGEST, [iter((value,))]
    while open_:
        for one in open_[-1]:
            left -= 1 + (len(one) if isinstance(one, str) else 0)
            if left < 0 or len(open_) > 1000:
                raise too_large()
            if isinstance(one, list | tuple):
                open_.append(iter(one))
                break
            if isinstance(one, dict):
                open_.append(chain(one, one.values()))
                break
        else:
            open_.pop()


class _Bounds(NodeTransformer):
    """Puts a step into every loop, and bounds every list and every text that is put together."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802  the name that Jinja calls
        self.generic_visit(node)
        node.iter = _through(cast("nodes.Expr", node.iter), LOOPED)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _through(nodes.List(node.nodes, lineno=node.lineno), JOINED)

    def visit_List(self, node: nodes.List) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _through(node, MADE)

    def visit_Dict(self, node: nodes.Dict) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _through(node, MADE)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _through(node, MADE) if node.ctx == "load" else node


def bounded(tree: nodes.Template) -> nodes.Template:
    """A template whose loops and texts are counted by the filters LOOPED, MADE and JOINED."""
    return cast("nodes.Template", _Bounds().visit(tree))


def _through(node: nodes.Expr, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno, environment=node.environment)


def refuse_width(pattern: str) -> None:
    """Raises SecurityError for a format whose width or precision is large, or comes from elsewhere."""
    for _, _, form, _ in Formatter().parse(pattern):
        digits = "".join(sign if sign.isdecimal() else " " for sign in form or "").split()
        if "{" in (form or "") or any(len(run) > _WIDTH for run in digits):
            raise SecurityError(f"the format {pattern[:40]!r} is wider than any report")


def _parts(values: Iterable[object], between: str = "") -> list[object]:
    """The parts of a text that is put together, counted before."""
    parts: list[object] = []
    size = 0
    for value in values:
        weigh(value)
        size += len(between) + len(value if isinstance(value, str) else str(value))
        if size > LARGEST:
            raise too_large()
        parts.append(value)
    return parts


@pass_eval_context
def _concat(context: EvalContext, values: Iterable[object]) -> str:
    parts = _parts(values)
    return markup_join(parts) if context.autoescape else str_join(parts)


@pass_eval_context
def _join(context: EvalContext, values: Iterable[Any], d: str = "", attribute: str | None = None) -> str:
    if attribute is not None:
        values = map(make_attrgetter(context.environment, attribute), values)
    return cast("str", do_join(context, _parts(values, d), d))


@pass_eval_context
def _replace(context: EvalContext, text: str, old: str, new: str, count: int | None = None) -> str:
    if len(text) + (len(text) + 1) * len(str(new)) > LARGEST and str(text).count(old) * len(new) > LARGEST:
        raise too_large()
    return do_replace(context, text, old, new, count)


def _round(value: float, precision: int = 0, method: Any = "common") -> float:  # noqa: ANN401  Jinja's
    if abs(precision) > _PLACES:
        raise SecurityError(f"round is for at most {_PLACES} decimals")
    return do_round(value, precision, method)


@pass_environment
def _sum(
    environment: Environment, values: Iterable[Any], attribute: str | None = None, start: object = 0
) -> object:
    if not isinstance(start, int | float | Decimal):
        raise SecurityError("sum is for numbers")
    return do_sum(environment, values, attribute, start)


@pass_eval_context
def _tojson(context: EvalContext, value: object) -> Markup:
    return do_tojson(context, value)


OWN: Final[dict[str, Callable[..., Any]]] = {
    JOINED: _concat, "join": _join, "replace": _replace, "round": _round, "sum": _sum, "tojson": _tojson,
}  # fmt: skip
"""Filters that look at the size of what they would make before they make it."""
