"""What the tests of packs share."""

from __future__ import annotations

Files = dict[str, bytes]
