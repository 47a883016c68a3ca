"""The county under test: offices, policies, one department system with a webhook, and what it reports."""

import datetime as dt
from importlib import import_module
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test.utils import override_settings

from credit_site.demonstration.clockwork import pretended
from credit_site.demonstration.commitments import commitments_policy_open
from credit_site.demonstration.honours import honours_policy_open
from credit_site.demonstration.office import Office, office_open, policies_open
from registry import clock
from registry.models import ApiClient, Department
from registry.rules.publicity import COLUMNS, Kind
from registry.rules.scopes import SCOPE_LABELS
from registry.rules.synthetic import FICTIONAL_DIVISION, make_uscc
from registry.rules.webhooks import RECORD_CHANGED
from registry.services.clients import client_open
from registry.services.webhooks import webhook_open
from tests.conftest import migrations_on_disk
from tests.registry.rules.publicity.sheets import penalty

CLIENT_ID, SECRET = "fault-run-system", "fault-run-secret-2026"
BEGAN_DAYS_AGO = 200
Row = dict[str, Any]


class _NoMigrations:
    """Tables from the models: quicker than migrating."""

    def __contains__(self, app: str) -> bool:
        return True

    def __getitem__(self, app: str) -> None:
        return None


def tables_make() -> None:
    """Make the tables from the models, add what only a migration makes, and note every migration as done."""
    with override_settings(MIGRATION_MODULES=_NoMigrations()):
        call_command("migrate", run_syncdb=True, verbosity=0)
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    recorder.migration_qs.all().delete()
    with connection.schema_editor() as editor:
        import_module("sanctions.migrations.0001_squashed_0018_orders_not_settled").forward(apps, editor)
    for name in migrations_on_disk():
        recorder.record_applied(*name)


def county_make(url: str) -> Office:
    """Open the county's offices, let it run the demonstration's policies, and subscribe the department's system."""
    began_on = clock.today() - dt.timedelta(days=BEGAN_DAYS_AGO)
    with pretended(began_on):
        office = office_open(began_on)
        policies_open(office, began_on)
        commitments_policy_open(office, began_on)
        honours_policy_open(office, began_on)
    client = system_open(office.bureau)
    webhook_open(client=client, url=url, kinds=[RECORD_CHANGED], actor=None, on=clock.today())
    return office


def system_open(department: Department) -> ApiClient:
    """Open the bureau's system with every scope."""
    keys = client_open(
        name="故障演练系统", department=department, scopes=list(SCOPE_LABELS), client_id=CLIENT_ID, secret=SECRET,
        actor=None, on=clock.today(), requests_a_minute=100_000,
    )  # fmt: skip
    return keys.client


def reported(serial: int, bureau: Department, today: dt.date) -> Row:
    """Return the `serial`-th penalty as JSON, decided up to 12 days ago: publicity deadlines near, today and past."""
    changes = {
        "CF_XDR_MC": f"演示县第{serial}化工厂", "CF_XDR_SHXYM": make_uscc("9", "1", FICTIONAL_DIVISION, 40_000 + serial),
        "CF_WSH": number_of(serial), "CF_JDRQ": (today - dt.timedelta(days=serial % 13)).isoformat(),
        "CF_YXQ": (today + dt.timedelta(days=365)).isoformat(), "CF_CFJG": bureau.name, "CF_CFJGDM": bureau.uscc,
        "CF_SJLY": bureau.name, "CF_SJLYDM": bureau.uscc,
    }  # fmt: skip
    cells = zip(COLUMNS[Kind.PENALTY], penalty(**changes), strict=True)
    return {column.code: value for column, value in cells if value is not None}


def number_of(serial: int) -> str:
    """The document number of the `serial`-th penalty; an own one each."""
    return f"演应急罚〔2026〕{serial}号"
