"""Days and sums of the tests of paid money."""

from __future__ import annotations

from datetime import UTC, datetime

from builders import make_line, make_payout

EARLY_MARCH = datetime(2026, 3, 10, tzinfo=UTC)


LATE = datetime(2026, 4, 3, 9, tzinfo=UTC)


FULL = (make_payout(stage="PAID", updated_at=EARLY_MARCH), make_line(total="1000 USD"))
