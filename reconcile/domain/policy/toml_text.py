"""What a text in TOML says, read in bounded time."""

from __future__ import annotations

import tomllib
from typing import Any, Final

# Python's reader takes time with the square of the parts of a dotted key: `a.a.a = 1`.
_MOST_DOTS: Final = 50


def toml_content(text: str) -> dict[str, Any]:
    """The content.

    Raises ValueError for what is no TOML, is nested too deep, has a line full of dots, or a number of
    thousands of digits.
    """
    for number, line in enumerate(text.splitlines(), start=1):
        if line.count(".") > _MOST_DOTS:
            raise ValueError(f"line {number} has more than {_MOST_DOTS} dots")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except ValueError as error:
        raise ValueError("a number has thousands of digits") from error
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
