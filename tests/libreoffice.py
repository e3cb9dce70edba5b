"""LibreOffice without a window: opens a file and saves it in another format."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 90
"""Seconds for one file. It takes about two; a LibreOffice that hangs is started again, once."""


@dataclass
class Converter:
    """A LibreOffice with settings of its own, made once: the first start makes them and is slow.

    `folder` is where the settings are kept.
    """

    program: str
    folder: Path
    _settings: Path | None = field(default=None, init=False)

    def __call__(
        self, source: Path, target: Path, to: str = "xlsx:Calc MS Excel 2007 XML", *options: str
    ) -> Path:
        """Save `source` into the folder `target` as `to`, a format and its filter; answers the new file.

        Raises:
            AssertionError: LibreOffice wrote no file.
            subprocess.TimeoutExpired: it hung twice.
        """
        try:
            said = self._run(source, target, to, *options)
        except subprocess.TimeoutExpired:
            self._settings = None
            said = self._run(source, target, to, *options)
        made = target / f"{source.stem}.{to.partition(':')[0]}"
        assert made.exists(), said
        return made

    def _run(self, source: Path, target: Path, to: str, *options: str) -> str:
        if self._settings is None:
            self._settings = Path(tempfile.mkdtemp(dir=self.folder))
        settings = f"-env:UserInstallation={self._settings.as_uri()}"
        command = [
            self.program,
            settings,
            "--headless",
            *options,
            "--convert-to",
            to,
            "--outdir",
            target,
            source,
        ]
        # A session of its own: the program starts others, and all of them must end when it hangs.
        with subprocess.Popen(
            command, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as running:
            try:
                said, _ = running.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(running.pid, signal.SIGKILL)
                raise
            assert running.returncode == 0, said
        return said
