"""The site's processes, kept running: what dies is started again, as a container's supervisor would."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
AGAIN_AFTER_SECONDS = 1.0


class Fleet:
    """Named processes, each with a process group of its own, restarted with the environment that holds then."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.folder, self.env = folder, env
        self._commands: dict[str, list[str]] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self.restarts: dict[str, int] = {}
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def start(self, name: str, *command: str) -> None:
        with self._lock:
            self._commands[name] = [sys.executable, *command]
            self._launch(name)

    def _launch(self, name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                self._commands[name], cwd=ROOT, env=self.env | {"FAULTS_NAME": name}, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def _watch(self) -> None:
        while not self._stopping.wait(AGAIN_AFTER_SECONDS):
            with self._lock:
                for name, process in list(self._running.items()):
                    if process.poll() is not None:
                        _kill(process)  # its children, where only the parent died
                        self.restarts[name] = self.restarts.get(name, 0) + 1
                        self._launch(name)

    def kill(self, name: str) -> None:
        """Kill a process and its children without warning; it is started again by the watch."""
        with self._lock:
            if name in self._running:
                _kill(self._running[name])

    def leave(self, name: str) -> None:
        """Kill a process for good."""
        with self._lock:
            process = self._running.pop(name, None)
        if process is not None:
            _kill(process)
            process.wait()

    def renew(self, name: str) -> None:
        """Ask a process to stop and start it anew at once, with the environment that holds now."""
        with self._lock:
            process = self._running[name]
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                _kill(process)
                process.wait()
            self._launch(name)

    def stop(self) -> None:
        self._stopping.set()
        self._watcher.join(timeout=30)
        for process in self._running.values():
            process.terminate()
        limit = time.monotonic() + 8
        for process in self._running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=max(0.1, limit - time.monotonic()))
            _kill(process)
            process.wait()


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
