"""A command in a process of its own: started so that it survives the desk, found again, asked to stop.

The process holds the lock of its output file for as long as it lives, whatever becomes of the desk. So
whether it lives is asked of the operating system, and not of a number that another process may have by now.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from reconcile.errors import ConfigurationError

if sys.platform != "win32":
    import fcntl


def start_process(words: Sequence[str], environ: Mapping[str, str], output: Path, notes: Path) -> int:
    """Starts `reconcile` with these words, detached; answers its number.

    output, notes: new files, which only their owner can read, for what it prints and for what it says.
    """
    _refuse_windows()
    with open(output, "xb", opener=_private) as out, open(notes, "xb", opener=_private) as err:
        fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
        child = subprocess.Popen(  # noqa: S603  this program, with words that the desk made
            [sys.executable, "-P", "-m", "reconcile", *words],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=dict(environ),
            start_new_session=True,
        )
    # Without this an ended child would stay in the list of processes for as long as the desk lives.
    threading.Thread(target=child.wait, daemon=True).start()
    return child.pid


def is_alive(output: Path) -> bool:
    """Whether the process that prints to this file lives."""
    _refuse_windows()
    try:
        with output.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def interrupt(pid: int, output: Path) -> bool:
    """Asks a process to stop, as Ctrl-C does; False where it is gone already."""
    try:
        if hasattr(os, "pidfd_open"):
            # The descriptor stays that of one process: if that one lives after it was opened, it is meant.
            descriptor = os.pidfd_open(pid)
            try:
                if not is_alive(output):
                    return False
                signal.pidfd_send_signal(descriptor, signal.SIGINT)
            finally:
                os.close(descriptor)
        elif is_alive(output):
            os.kill(pid, signal.SIGINT)
        else:
            return False
    except ProcessLookupError:
        return False
    return True


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _refuse_windows() -> None:
    if sys.platform == "win32":
        raise ConfigurationError(
            "The desk starts runs on Linux and macOS only. Run it there, or in a container, or apply the "
            "plan on a terminal: reconcile apply."
        )
