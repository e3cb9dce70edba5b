"""What the tests of fetching share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from introw.world import World

from reconcile.domain.snapshot import Environment, Scope, Snapshot
from reconcile.introw.fetch import fetch_snapshot

if TYPE_CHECKING:
    from introw.conftest import Opens, Record


HERE = Environment("https://api.introw.io")


NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


Make = Callable[..., "Record"]


def snapshot(connect: Opens, world: World, scope: Scope = Scope()) -> Snapshot:  # noqa: B008 - a frozen value
    return fetch_snapshot(connect(world), HERE, scope, NOW)
