"""A PostgreSQL cluster and a Redis of the run's own, in a temporary folder, on ports of their own."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import psycopg2
import redis

WAIT_SECONDS = 30.0


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postgres_programs() -> Path:
    """The folder of the newest PostgreSQL on this machine. Raises FileNotFoundError."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda each: int(each.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        raise FileNotFoundError("no PostgreSQL server programs here (Debian: apt-get install postgresql)")
    return Path(on_path).parent


class Postgres:
    """A cluster that may be crashed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.programs = folder / "postgres", free_port(), postgres_programs()
        self.folder.mkdir()
        # The server refuses to run as root.
        self.user = "postgres" if os.geteuid() == 0 else None
        if self.user:
            folder.chmod(0o711)
            shutil.chown(self.folder, self.user)
        self._run("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        self.start()

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def address(self, database: str) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def _run(self, program: str, *arguments: str) -> None:
        with (self.folder.parent / "postgres.log").open("a") as log:
            subprocess.run(
                [str(self.programs / program), *arguments], check=True, user=self.user, cwd="/", stdout=log, stderr=log,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}, timeout=120,
            )  # fmt: skip

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} -c max_connections=100"
        self._run("pg_ctl", "-D", self._data, "-w", "-l", str(self.folder / "server.log"), "-o", options, "start")

    def crash(self, seconds_down: float) -> None:
        """Stop at once without a checkpoint, as after a fault of the server, and start again."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")
        time.sleep(seconds_down)
        self.start()

    def stop(self) -> None:
        if (self.folder / "data" / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w", "stop")

    def database_make(self, name: str) -> None:
        connection = psycopg2.connect(self.address("postgres"))
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE \"{name}\" ENCODING 'UTF8' TEMPLATE template0")
        connection.close()


class Redis:
    """A Redis that keeps an append-only file, as production's does, and may be killed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder / "redis", free_port()
        self.folder.mkdir()
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def address(self, number: int) -> str:
        return f"redis://127.0.0.1:{self.port}/{number}"

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--save", ""]
        options += ["--appendonly", "yes", "--appendfsync", "everysec", "--loglevel", "warning"]
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(["redis-server", *options], stdout=log, stderr=log, start_new_session=True)
        limit = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < limit:
            try:
                redis.Redis(port=self.port, socket_connect_timeout=0.5).ping()
            except redis.RedisError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError("redis-server does not answer")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
