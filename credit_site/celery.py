"""Celery app and the one beat schedule. The embedded worker runs the same schedule without a broker."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "credit_site.settings")

app = Celery("credit_site")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# A message that waited longer than `expires` is dropped: the next tick does its work.
app.conf.beat_schedule = {
    "outbox": {"task": "registry.outbox_drain", "schedule": 1.0, "options": {"expires": 10}},
    "webhooks": {"task": "registry.webhooks_send", "schedule": 2.0, "options": {"expires": 10}},
    "make-up": {"task": "registry.jobs_make_up", "schedule": 2.0, "options": {"expires": 10}},
    "events-seal": {"task": "registry.events_seal", "schedule": crontab(minute="*/10"), "options": {"expires": 600}},
    "evaluations": {"task": "sanctions.candidates_refresh", "schedule": crontab(hour="0", minute="10")},
    "endings": {"task": "sanctions.endings_dispatch", "schedule": crontab(hour="0", minute="20")},
    "publicity": {"task": "disclosure.publicity_backfill", "schedule": crontab(hour="0", minute="30")},
    "cross-checks": {"task": "sanctions.cross_checks", "schedule": crontab(hour="0", minute="40")},
    "open-data": {"task": "disclosure.open_data", "schedule": crontab(minute="*/5"), "options": {"expires": 300}},
    "channels-push": {"task": "disclosure.channels_push", "schedule": 5.0, "options": {"expires": 10}},
    "channels-drop": {"task": "disclosure.channels_drop", "schedule": crontab(hour="17", minute="0")},
    "channels-inbox": {
        "task": "disclosure.channels_inbox",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 600},
    },
    "events-verify": {"task": "registry.events_verify", "schedule": crontab(hour="3", minute="10")},
    "api-clear": {"task": "registry.api_clear", "schedule": crontab(hour="3", minute="30")},
    "retention": {"task": "registry.retention", "schedule": crontab(hour="2", minute="20")},
    "joint-reports": {"task": "sanctions.joint_reports", "schedule": crontab(hour="1", minute="10")},
    "monthly-files": {"task": "disclosure.monthly_files", "schedule": crontab(hour="1", minute="20")},
    "reminders": {"task": "registry.deadlines_remind", "schedule": crontab(hour="7", minute="30")},
    "removal-reminders": {"task": "repair.removal_reminders", "schedule": crontab(hour="7", minute="35")},
    "escalations": {"task": "sanctions.orders_escalate", "schedule": crontab(hour="7", minute="38")},
    "promises": {"task": "incentives.promises_remind", "schedule": crontab(hour="7", minute="40")},
    "tiers": {"task": "incentives.tiers_recompute", "schedule": crontab(minute="*/15"), "options": {"expires": 900}},
    "grants": {"task": "incentives.grants_stop", "schedule": crontab(hour="0", minute="25")},
    "honours": {"task": "incentives.honours_remind", "schedule": crontab(hour="7", minute="45")},
}


@beat_init.connect
def _beat_begins(**_: Any) -> None:
    """Let the beat give signs of life: it sends something every second, and that it does is what counts."""
    from credit_site.liveness import beat_watch  # (it needs models, which load after this module)

    beat_watch()
