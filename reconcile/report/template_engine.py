"""Fills in templates that a user may replace: in Jinja's sandbox, with a small set of names.

A template decides what a report shows. It does not decide what this computer does: it reaches no Python
internals, no file, no program, and none of the names that Jinja offers by default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from reconcile.domain.unseen import visible
from reconcile.errors import ConfigurationError

FILTERS: Final = (
    *("capitalize", "e", "escape", "first", "join", "last", "length", "list", "lower", "map", "reject"),
    *("rejectattr", "replace", "reverse", "round", "select", "selectattr", "sort", "sum", "tojson", "trim"),
    *("unique", "upper"),
)
"""The filters of Jinja that a template may use, beside those of the report."""
METHODS: Final = frozenset({"items", "keys", "values", "format", "table", "side"})
"""The methods that a template may call."""
_FAULTS = (
    *(ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, TemplateError),
    *(TypeError, ValueError),
)
_LARGEST: Final = 1_000_000


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, where only the methods named here can be reached, and no text is repeated."""

    intercepted_binops = frozenset({"*", "**"})

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ANN401  Jinja's signature
        """A public attribute that is a value, or a method named here."""
        return super().is_safe_attribute(obj, attr, value) and (not callable(value) or attr in METHODS)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401  Jinja's signature
        """Products of numbers of a report's size; no powers and no repeated texts, which fill the memory."""
        is_small = all(isinstance(one, int) and abs(one) < _LARGEST for one in (left, right))
        if operator != "*" or not is_small:
            raise SecurityError(f"the operator {operator} is only for small whole numbers")
        return super().call_binop(context, operator, left, right)


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
    environment = _Environment(
        autoescape=escaping,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=finalize,
    )
    environment.globals = dict(names or {})
    environment.filters = {name: environment.filters[name] for name in FILTERS} | dict(filters or {})
    with faults_of(path):
        return environment.from_string(source)


def made_visible(value: object) -> object:
    """The value as a template prints it: the unseen in a text is made visible, unless it is our own."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@contextmanager
def faults_of(path: Path) -> Iterator[None]:
    """Names the template in what goes wrong while it is filled in. Raises ConfigurationError."""
    try:
        yield
    except _FAULTS as error:
        reason = str(error) or type(error).__name__
        raise ConfigurationError(f"The template {path} cannot be used: {reason}.") from error
