"""One night of the whole schedule on a city: every job of credit_site/celery.py once, in its order, with its run row.

    BENCH_DATABASE=credit_bench_city_1000000 .venv/bin/python benchmarks/night.py

The night of the city's own day is run first, so that what only a new city needs (every subject asked, every seal verified)
is done; its times are reported apart. In between, one subject in a thousand changes. The city is graded by the county's own
pack, as `tiers.py` grades.
"""

import datetime as dt
import json
import os
import sys
import tempfile
from collections.abc import Callable
from typing import Any

import bench

DATABASE = os.environ.get("BENCH_DATABASE", "credit_bench_city")
bench.begin(DATABASE, VAR_DIR=tempfile.mkdtemp(prefix="city-"))

from city import ON  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from tiers_data import COUNTY, subjects_equip  # noqa: E402

from credit_site.celery import app  # noqa: E402
from incentives.selectors.tiers import tier_pack  # noqa: E402
from registry.models import JobRun, PolicyVersion, Subject  # noqa: E402
from registry.rules.jobs import MAKE_UP, job_label  # noqa: E402
from registry.services.policies import policy_activate  # noqa: E402

# A change of a record's row marks its subject, as any service's would; the tiers have a mark of their own.
_CHANGED = """
    INSERT INTO registry_historicalrecord (id, version, public_id, kind, state, number, number_normalized, title, facts,
        occurred_on, decided_on, recorded_at, void_reason, is_secret, is_classified, department_id, subject_id,
        history_date, history_type)
    SELECT DISTINCT ON (subject_id) id, version, public_id, kind, state, number, number_normalized, title, facts,
        occurred_on, decided_on, recorded_at, void_reason, is_secret, is_classified, department_id, subject_id, now(), '~'
    FROM registry_record WHERE subject_id %% 1000 = 7 ORDER BY subject_id, id"""
_MARKED = """
    INSERT INTO incentives_tiermark (subject_id, cause, token, marked_on)
    SELECT id, '演示', gen_random_uuid(), %(on)s FROM registry_subject WHERE id %% 1000 = 7 ON CONFLICT DO NOTHING"""


def measure(say: Callable[[str], None]) -> dict[str, Any]:
    """Return, for each job in the order of a night, its seconds that night and the first night, and its counts."""
    app.autodiscover_tasks(force=True)
    if tier_pack(ON) is None:
        subjects_equip()
        policy = PolicyVersion.objects.filter(pack_id=COUNTY).latest("pk")
        policy_activate(version=policy, mode="internal", actor=None, on=ON - dt.timedelta(days=1))
    before = {each["job"]: each["seconds"] for each in _night(ON, say)}
    with connection.cursor() as cursor:
        for statement in (_CHANGED, _MARKED):
            cursor.execute(statement, {"on": ON})
    jobs = [{**each, "first": before[each["job"]]} for each in _night(ON + dt.timedelta(days=1), say)]
    return {"subjects": Subject.objects.count(), "jobs": jobs}


def _night(on: dt.date, say: Callable[[str], None]) -> list[dict[str, Any]]:
    settings.PRETEND_TODAY = on
    say(f"the night of {on}")
    return [_job(task, say) for task in _in_order()]


def _in_order() -> list[str]:
    """Return the schedule's tasks by the hour at which each is due; what runs all day comes behind the night's, and last
    what begins missed jobs, so that each has a time of its own."""
    entries = app.conf.beat_schedule.values()

    def key(entry: dict[str, Any]) -> tuple[int, int]:
        if entry["task"] == MAKE_UP:
            return 25, 0
        hours, minutes = (getattr(entry["schedule"], name, set()) for name in ("hour", "minute"))
        return (min(hours), min(minutes)) if len(hours) == 1 else (24, 0)

    return [entry["task"] for entry in sorted(entries, key=key)]


def _job(task: str, say: Callable[[str], None]) -> dict[str, Any]:
    last = JobRun.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    seconds = bench.timed(lambda: app.tasks[task]())
    counts: dict[str, int] = {}
    for run in JobRun.objects.filter(pk__gt=last, name=task):
        if run.error:
            raise SystemExit(f"{task} failed: {run.error}")
        counts = {name: count for name, count in run.counts.items() if count}
    say(f"  {seconds:8.2f} s  {task} {counts or ''}")
    return {"job": task, "label": job_label(task), "seconds": seconds, "counts": counts}


if __name__ == "__main__":
    json.dump(measure(lambda text: print(text, file=sys.stderr, flush=True)), sys.stdout)
