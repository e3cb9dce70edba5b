"""The hidden fields that each form of a page carries."""

from __future__ import annotations

from typing import Final

FIELD: Final = "token"
"""What shows that a page of this desk sends the form."""
ONCE: Final = "once"
"""What makes it this one form."""
WHO: Final = "who"
"""The name of the person whose page it stands on."""
HIDDEN: Final = (FIELD, ONCE, WHO)
