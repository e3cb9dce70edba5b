"""Output that cannot stop a command: a closed pipe or a full disk must not end a run half-way."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class _Lenient(io.FileIO):
    """A stream that drops what can no longer be written, and remembers why."""

    failure: OSError | None = None

    def write(self, data: ReadableBuffer, /) -> int:
        """Writes what can be written; claims the rest."""
        if self.failure is None:
            try:
                return super().write(data) or 0
            except OSError as error:
                self.failure = error
        return memoryview(data).nbytes


class Output:
    """Standard output and error of this process, made lenient where they are no terminal."""

    def __init__(self) -> None:
        self._made: list[_Lenient] = []
        sys.stdout = self._lenient(sys.stdout)
        sys.stderr = self._lenient(sys.stderr)

    def failure(self) -> str:
        """Why output was lost; empty when it was not, or when only its reader went away (`| head`)."""
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        failures = [one.failure for one in self._made if one.failure]
        lost = [one for one in failures if not isinstance(one, BrokenPipeError)]
        return f"The output could not be written: {lost[0].strerror}." if lost else ""

    def _lenient(self, stream: TextIO | None) -> TextIO:
        if stream is None:
            # Closed before we began (`>&-`).
            return Path(os.devnull).open("w", encoding="utf-8")
        try:
            if stream.isatty():
                return stream
            raw = _Lenient(stream.fileno(), "w", closefd=False)
        except (OSError, ValueError):
            return stream
        self._made.append(raw)
        return io.TextIOWrapper(
            io.BufferedWriter(raw), encoding=stream.encoding, errors=stream.errors, line_buffering=True
        )
