"""Fills in templates that a user may replace: in Jinja's sandbox, with a small set of names.

A template decides what a report shows. It does not decide what this computer does: it reaches no Python
internals, no file, no program, and none of the names that Jinja offers by default. What it may spend is in
`template_budget`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from reconcile.domain.unseen import visible
from reconcile.errors import ConfigurationError
from reconcile.report.template_budget import (
    LOOPED,
    MADE,
    OWN,
    Budget,
    bounded,
    refuse_width,
    weigh,
)

FILTERS: Final = (
    *("capitalize", "e", "escape", "first", "join", "last", "length", "list", "lower", "map", "reject"),
    *("rejectattr", "replace", "reverse", "round", "select", "selectattr", "sort", "sum", "tojson", "trim"),
    *("unique", "upper"),
)
"""The filters of Jinja that a template may use, beside those of the report."""
METHODS: Final = frozenset({"items", "keys", "values", "format", "table", "side"})
"""The methods that a template may call."""
_FAULTS = (
    *(ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, SyntaxError),
    *(TemplateError, TypeError, ValueError),
)
_LARGEST: Final = 1_000_000
_SOURCE: Final = 1_000_000  # characters of a template


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, where only the methods named here can be reached, and everything has its budget."""

    intercepted_binops = frozenset({"+", "*", "%", "**"})

    def __init__(self, finalize: Callable[[object], object] | None, *, escaping: bool) -> None:
        """An environment for one template, filled in once. finalize: what becomes of each printed value."""
        self.budget = Budget()
        self.safe: dict[tuple[type, str], bool] = {}
        super().__init__(
            autoescape=escaping,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            finalize=partial(self._printed, finalize),
        )

    def _printed(self, finalize: Callable[[object], object] | None, value: object) -> object:
        weigh(value)
        return finalize(value) if finalize else value

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ANN401  Jinja's signature
        """A public attribute that is a value, or a method named here."""
        # Jinja looks at the type and the name alone, with a dozen questions each time.
        key = type(obj), attr
        if key not in self.safe:
            self.safe[key] = super().is_safe_attribute(obj, attr, value)
        return self.safe[key] and (not callable(value) or attr in METHODS)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401  Jinja's signature
        """Products and remainders of small whole numbers; no powers, no repeated or formatted texts."""
        self.budget.step()
        is_small = all(isinstance(one, int) and abs(one) < _LARGEST for one in (left, right))
        if operator != "+" and (operator == "**" or not is_small):
            raise SecurityError(f"the operator {operator} is only for small whole numbers")
        return self.budget.sized(super().call_binop(context, operator, left, right))

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805, ANN401, PYI063  Jinja's signature
        """A macro, a function or a method: a step, and its result has a bounded size."""
        __self.budget.step()
        return __self.budget.sized(super().call(__context, __obj, *args, **kwargs))

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:  # noqa: ANN401  Jinja's signature
        """The method `format` of a text, where its widths are small and what it fills in is not too large."""
        wrapped = super().wrap_str_format(value)
        if wrapped is None:
            return None
        fill = wrapped

        def form(*args: Any, **kwargs: Any) -> str:  # noqa: ANN401  as that of a text
            refuse_width(value.__self__)
            weigh((args, kwargs))
            return fill(*args, **kwargs)

        return form

    def concat(self, pieces: Iterable[str]) -> str:
        """A text of several pieces, as of a macro, counted before it is put together."""
        return "".join(self.budget.within(pieces))


def compiled(
    source: str,
    path: Path,
    *,
    escaping: bool,
    names: Mapping[str, object] | None = None,
    filters: Mapping[str, Callable[..., object]] | None = None,
    finalize: Callable[[object], object] | None = None,
) -> Template:
    """A template that knows these names and filters beside Jinja's FILTERS. Fill it in under `faults_of`.

    Raises ConfigurationError for text that is not a template.
    """
    environment = _Environment(finalize, escaping=escaping)
    budget = environment.budget
    environment.globals = dict(names or {})
    known = {name: environment.filters[name] for name in FILTERS} | OWN | dict(filters or {})
    environment.filters = {name: budget.counted(work) for name, work in known.items()}
    environment.filters |= {LOOPED: budget.loop, MADE: budget.sized}
    with faults_of(path):
        if len(source) > _SOURCE:
            raise SecurityError(f"it has more than {_SOURCE:,} characters")
        return environment.from_string(bounded(environment.parse(source)))


def filled_in(template: Template, largest: int, **values: object) -> Iterator[str]:
    """The output of a template piece by piece. largest: characters in all. Use it under `faults_of`."""
    environment = template.environment
    assert isinstance(environment, _Environment)
    return environment.budget.within(template.generate(**values), largest)


def made_visible(value: object) -> object:
    """The value as a template prints it: the unseen in a text is made visible, unless it is our own."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@contextmanager
def faults_of(path: Path) -> Iterator[None]:
    """Names the template in what goes wrong while it is filled in. Raises ConfigurationError."""
    try:
        yield
    except _FAULTS as error:
        reason = str(error).rstrip(".") or type(error).__name__
        raise ConfigurationError(f"The template {path} cannot be used: {reason}.") from error
