"""Libraries of the rarer formats: optional extras, named when they are missing."""

from __future__ import annotations

import importlib
from types import ModuleType

from reconcile.errors import ConfigurationError


def extra(module: str, name: str, file: str) -> ModuleType:
    """The module of an extra. Raises ConfigurationError naming the extra where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ConfigurationError(
            f"{file} needs an extra to be read: pip install 'reconcile[{name}]'."
        ) from error
