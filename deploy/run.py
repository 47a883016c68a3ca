"""Run the whole site on this machine: prepare the database, then web and jobs under one supervisor.

Without REDIS_URL the jobs run in the embedded worker; with it, in a Celery worker and a Celery beat. Ctrl-C (or
SIGTERM) stops everything; when one process ends by itself, the others are stopped too and the exit status is 1.
Standard library only: this runs before anything else can be relied on.
"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
MANAGE = [sys.executable, str(ROOT / "manage.py")]
STOP_SECONDS = 25.0
START_SECONDS = 60.0


def say(text: str) -> None:
    """Print one line at once, also into a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Stopped(Exception):
    """A signal asked to stop."""


def _raise_stopped(signum: int, frame: FrameType | None) -> None:
    raise Stopped


def port_busy(host: str, port: int) -> bool:
    """Whether something listens already where the site would."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def is_demonstration(env: Mapping[str, str]) -> bool:
    """Whether this is the demonstration county: said so, or the embedded default (as in the settings)."""
    return env.get("DEMONSTRATION", "" if env.get("DATABASE_URL") else "true").lower() in {"1", "true", "yes", "on"}


def prepare(env: Mapping[str, str]) -> None:
    """Bring database, packs, demonstration data and static files up to date. Raises CalledProcessError."""
    steps = [
        ("数据库", ["migrate", "--verbosity", "0"]),
        ("政策包", ["packs_load"]),
        ("静态文件", ["collectstatic", "--noinput", "--verbosity", "0"]),
    ]
    if is_demonstration(env):
        steps.append(("演示数据", ["seed_demonstration"]))
    for label, command in steps:
        say(f"· 准备{label}…")
        subprocess.run([*MANAGE, *command], check=True, cwd=ROOT)


def commands(env: Mapping[str, str]) -> dict[str, list[str]]:
    """Return what must run, by name."""
    celery = [str(BIN / "celery"), "-A", "credit_site"]
    wanted = {"web": [str(BIN / "gunicorn"), "-c", str(ROOT / "deploy/gunicorn.conf.py"), "credit_site.wsgi"]}
    if not env.get("REDIS_URL"):
        return wanted | {"worker": [*MANAGE, "embedded_worker"]}
    schedule = Path(env.get("VAR_DIR", str(ROOT / "var"))) / "celerybeat-schedule"
    return wanted | {
        "worker": [*celery, "worker", "--loglevel", "WARNING", "--concurrency", "2"],
        "beat": [*celery, "beat", "--loglevel", "WARNING", "--schedule", str(schedule), "--pidfile", ""],
    }


def answers(address: str) -> bool:
    """Whether the site answers its health probe."""
    try:
        with urllib.request.urlopen(f"{address}healthz", timeout=2) as response:  # noqa: S310 - our own address
            return bool(response.status == 200)
    except OSError:
        return False


def ended(children: Mapping[str, subprocess.Popen[bytes]]) -> str | None:
    """Return the name of a child that has ended, if one has."""
    return next((name for name, child in children.items() if child.poll() is not None), None)


def stop(children: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """Ask every child to finish, then end what has not after `STOP_SECONDS`."""
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    limit = time.monotonic() + STOP_SECONDS
    for child in children.values():
        try:
            child.wait(timeout=max(0.1, limit - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)  # its own group: Celery's and gunicorn's children go with it
            child.wait()


def announce(address: str, env: Mapping[str, str]) -> None:
    """Print where the site is and who may log in."""
    say(f"\n县域信用监管平台已启动：\n  公众查询   {address}\n  工作人员   {address}office/\n")
    if is_demonstration(env):
        subprocess.run([*MANAGE, "demonstration_accounts"], check=False, cwd=ROOT)
    say("按 Ctrl-C 停止。")


def watch(children: Mapping[str, subprocess.Popen[bytes]], address: str, env: Mapping[str, str]) -> int:
    """Announce the site once it answers, then wait until a child ends. Returns the exit status."""
    limit = time.monotonic() + START_SECONDS
    announced = False
    while (name := ended(children)) is None:
        if not announced and answers(address):
            announced = True
            announce(address, env)
        if not announced and time.monotonic() > limit:
            say(f"网站在 {START_SECONDS:.0f} 秒内没有响应，已停止。请查看上面的错误信息。")
            return 1
        time.sleep(0.5)
    say(f"进程“{name}”已退出（状态 {children[name].returncode}），其余进程随之停止。请查看上面的错误信息。")
    return 1


def main() -> int:
    """Prepare, start, watch, stop."""
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))
    if port_busy(host, port):
        say(f"端口 {port} 已被占用。请停止占用它的程序，或换一个端口：make run PORT={port + 1}")
        return 1
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, _raise_stopped)
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        prepare(os.environ)
        for name, command in commands(os.environ).items():
            children[name] = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
        reached = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 - compared, not bound
        return watch(children, f"http://{reached}:{port}/", os.environ)
    except subprocess.CalledProcessError as error:
        say(f"准备工作未完成：{' '.join(map(str, error.cmd[1:]))} 以状态 {error.returncode} 退出。")
        return 1
    except Stopped:
        say("\n正在停止…")
        return 0
    finally:
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, signal.SIG_IGN)  # a second Ctrl-C must not leave children behind
        stop(children)


if __name__ == "__main__":
    sys.exit(main())
