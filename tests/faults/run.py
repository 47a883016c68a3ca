"""The run itself: load, kills, outages of the servers, a second beat, a week forward, quiet, counts."""

import argparse
import datetime as dt
import os
import platform
import random
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from benchmarks import bench
from credit_site.celery import app
from registry import clock
from registry.models import Account, OutboxMessage
from registry.selectors.jobs import missed_jobs
from registry.services.outbox import outbox_drain
from tests.api.receiver import Got, Receiver, receiving
from tests.faults import checks, county
from tests.faults.client import Officer, Reporter, Visitor
from tests.faults.fleet import Fleet
from tests.faults.killer import Killer
from tests.faults.load import Load, PlainLoad, until
from tests.faults.servers import Postgres, Redis

WORKERS = ("worker-1", "worker-2")
CELERY = ("-m", "celery", "-A")
SETTLE_SECONDS = 90.0
REDIS_DOWN, POSTGRES_DOWN = 6.0, 0.5
WEEK = dt.timedelta(days=7)


@dataclass
class Run:
    """One run; `carry_out` returns the exit status."""

    folder: Path
    env: dict[str, str]
    postgres: Postgres
    redis: Redis
    fleet: Fleet
    options: argparse.Namespace
    began: float
    outages: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        sys.stdout.write(f"[{time.monotonic() - self.began:5.0f} s] {text}\n")
        sys.stdout.flush()

    def carry_out(self) -> int:
        chance = random.Random(self.options.seed)
        with receiving(Receiver(answer=_sometimes_slow(chance))) as receiver:
            self.say("tables, offices, policies")
            county.tables_make()
            office = county.county_make(receiver.url)
            call_command("collectstatic", interactive=False, verbosity=0)
            self._processes()
            site = f"http://127.0.0.1:{self.env['PORT']}"
            visitors = [Visitor(site, 1), Officer(site, 2)]
            reporter = Reporter(site, 3, office.bureau, batches=6, batch_rows=60)
            load, plain = Load(office.bureau, office.officer("gongshi"), 0.1), PlainLoad(0.1)
            threads = [*visitors, reporter, load, plain]
            until(self._web_answers, 60)
            for each in threads:
                each.start()
            self.say("every job once in peace")
            until(self._all_ran, 60)
            killer = Killer(self.folder, chance, app, Account.objects.get(username="admin"))
            self._break(killer)
            for each in threads:
                each.stopped.set()
            for each in threads:
                each.join(timeout=30)
            self.say(
                "slowest: " + ", ".join(f"{each.slowest[1]} {each.slowest[0]:.1f} s" for each in [*visitors, reporter])
            )
            settled = self._settle(plain)
            on = clock.today()
            lines = list(checks.lines(receiver, reporter, [*visitors, reporter], load.published, killer.deaths, on))
            return self._report(lines, killer, plain.tally(), plain.refused, settled)

    def _processes(self) -> None:
        self.fleet.start("web", "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "credit_site.wsgi")
        for name in WORKERS:
            self.fleet.start(
                name, *CELERY, "tests.faults.killing", "worker", "-n", f"{name}@%h", "--loglevel", "ERROR", "--concurrency", "2"
            )  # fmt: skip
        self._beat("beat-1")
        self.fleet.start("plain", *CELERY, "tests.faults.plain", "worker", "--loglevel", "ERROR", "--concurrency", "2")

    def _beat(self, name: str) -> None:
        schedule = str(self.folder / f"{name}.schedule")
        self.fleet.start(
            name, *CELERY, "credit_site", "beat", "--loglevel", "ERROR", "--schedule", schedule, "--pidfile", ""
        )  # fmt: skip

    def _web_answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.env['PORT']}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def _all_ran(self) -> bool:
        return not missed_jobs(now=clock.now(), after=dt.timedelta(minutes=10))

    def _break(self, killer: Killer) -> None:
        """Kill `--kills` times; in between, at fixed points, the servers' outages, the second beat and the week."""
        kills = self.options.kills
        at = {
            kills // 8: lambda: self._redis_away(), kills // 4: lambda: self._postgres_crash(),
            kills * 3 // 8: lambda: self._two_beats(), kills // 2: lambda: self._redis_away(),
            kills * 5 // 8: lambda: self._week_forward(), kills * 7 // 8: lambda: self._postgres_crash(),
        }  # fmt: skip
        while len(killer.deaths) < kills and sum(killer.missed.values()) < kills:
            fault = at.pop(len(killer.deaths), None)
            if fault is not None:
                fault()
            before = len(killer.deaths)
            killer.next()
            if len(killer.deaths) > before:
                death = killer.deaths[-1]
                took = "–" if death.seconds is None else f"{death.seconds:.1f} s"
                self.say(
                    f"kill {before + 1}: {death.task} {death.where} ({death.statement}), resumed {took} {death.note}"
                )
                if death.whole:
                    self.fleet.kill("plain")

    def _redis_away(self) -> None:
        self.redis.stop()
        time.sleep(REDIS_DOWN)
        self.redis.start()
        seconds = self._until_drained()
        self.outages.append(f"Redis killed, {REDIS_DOWN:.0f} s away: work resumed {seconds:.1f} s after it came back")
        self.say(self.outages[-1])

    def _postgres_crash(self) -> None:
        began = time.monotonic()
        self.postgres.crash(POSTGRES_DOWN)
        down = time.monotonic() - began
        seconds = self._until_drained()
        self.outages.append(f"PostgreSQL crashed, {down:.1f} s away: work resumed {seconds:.1f} s after it came back")
        self.say(self.outages[-1])

    def _until_drained(self) -> float:
        """Return after how many seconds something owed from now on is carried out."""
        began, began_at = time.monotonic(), clock.now()
        until(lambda: OutboxMessage.objects.filter(done_at__gt=began_at).exists(), 60, every=0.1)
        return time.monotonic() - began

    def _two_beats(self) -> None:
        self._beat("beat-2")
        self.outages.append("a second beat from here to the end")
        self.say(self.outages[-1])

    def _week_forward(self) -> None:
        """Restart one process after another with a clock a week ahead: for some seconds the clocks differ."""
        settings.PRETEND_TODAY = clock.today() + WEEK
        self.fleet.env = self.env = self.env | {"PRETEND_TODAY": settings.PRETEND_TODAY.isoformat()}
        for name in (*WORKERS, "beat-1", "beat-2"):
            self.fleet.renew(name)
        Visitor.away.set()
        time.sleep(2)  # what was asked before is answered
        self.fleet.renew("web")
        until(self._web_answers, 60)
        Visitor.away.clear()
        self.outages.append(f"clocks a week forward, to {settings.PRETEND_TODAY}, one process after another")
        self.say(self.outages[-1])
        until(self._all_ran, 60)

    def _settle(self, plain: PlainLoad) -> bool:
        """Let everything owed be done, then run what reminds and grades once more, twice."""
        self.say("quiet: what is owed is carried out")
        app.loader.import_default_modules()
        settled = until(checks.owes_nothing, SETTLE_SECONDS, every=0.5)
        for name in ("registry.deadlines_remind", "incentives.tiers_recompute", "registry.events_seal") * 2:
            app.tasks[name].apply()
            while outbox_drain(now=clock.now, limit=200)["done"]:
                pass
        until(checks.owes_nothing, 30)
        # The baseline's workers get as long as ours got.
        until(lambda: plain.tally()[1] == 0, 5)
        return settled

    def _report(
        self, lines: list[checks.Line], killer: Killer, plain: tuple[int, int, int], refused: int, settled: bool
    ) -> int:
        wrong = [line for line in lines if line.wrong] or not settled or len(killer.deaths) < self.options.kills
        found = plain[1] > 0
        rows = ["| promise | owed | missed | doubled | |", "|---|---|---|---|---|"]
        rows += [f"| {each.what} | {each.owed:,} | {each.missed} | {each.doubled} | {each.note} |" for each in lines]
        ended = sum(self.fleet.restarts.get(name, 0) for name in WORKERS) - sum(each.whole for each in killer.deaths)
        if ended > 0:
            self.outages.append(
                f"workers that ended by themselves (Celery, when Redis went away) and were started again: {ended}"
            )
        rows.append(
            f"| *baseline: as many effects on plain `delay()` after commit, not there at the end of the run* | {plain[0]:,} | {plain[1]} | {plain[2]} |"
            f" {refused} calls raised while Redis was away |"
        )  # fmt: skip
        text = "\n".join([self._head(killer, settled), "", *rows, "", *(f"- {each}" for each in self.outages), ""])
        text += "\n" + _ending(bool(wrong), found)
        sys.stdout.write(f"\n{text}\n")
        if self.options.write:
            bench.section_write("faults", "Faults", text)
        return int(bool(wrong) or not found)

    def _head(self, killer: Killer, settled: bool) -> str:
        whole = sum(each.whole for each in killer.deaths)
        jobs = len({each.task for each in killer.deaths})
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            version = cursor.fetchone()[0].split()[0]
        load = " / ".join(f"{each:.1f}" for each in os.getloadavg())
        return (
            f"`make faults`, seed {self.options.seed}: {len(killer.deaths)} times `kill -9` at a random statement of {jobs} jobs "
            f"({whole} whole workers, the others one child), {time.monotonic() - self.began:.0f} s in all. "
            f"{'Everything owed was carried out.' if settled else 'NOT everything owed was carried out in time.'} "
            f"PostgreSQL {version}, {os.cpu_count()} cores, {platform.machine()}; load averages {load}."
        )


def _ending(wrong: bool, found: bool) -> str:
    verdict = "Goal (nothing lost, doubled, stale or late): " + ("**missed**." if wrong else "met.")
    return verdict + (
        " The baseline lost effects: the run can find loss."
        if found
        else " **The baseline lost nothing: the run proves little.**"
    )


def _sometimes_slow(chance: random.Random) -> Callable[[Got, int], int]:
    def answer(got: Got, n: int) -> int:
        if chance.random() < 0.1:
            time.sleep(0.3)
        return 500 if chance.random() < 0.05 else 200

    return answer
