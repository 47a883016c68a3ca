"""Every file that an officer can take goes both ways: at once when it is short, by a job when it is long, with the same rows."""

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from registry import clock
from registry.models import ExportFile, RoleGrant
from registry.services import export_files
from registry.services.outbox import outbox_drain
from sanctions.models import MeasureOrder, OrderFeedback
from sanctions.services.order_steps import feedback_add
from tests.access_samples import SAMPLES, World, an_order
from tests.factories import make_account, make_department
from tests.sanctions.joint import make_answer_deadline

pytestmark = pytest.mark.django_db

SHEETS = {
    "registry:import-failed": {}, "sanctions:measures-in-force-sheet": {}, "sanctions:joint-asked-sheet": {},
    "sanctions:joint-reported-sheet": {}, "sanctions:trial-file": {}, "sanctions:listing-summary-file": {"part": "taken"},
    "tiers:xlsx": {}, "publications:figures-sheet": {}, "publications:figures-rows-sheet": {"shown": "produced"},
    "publications:submission-sheet": {},
}  # fmt: skip


@pytest.fixture
def world():
    return World()


@pytest.fixture
def an_answered_order(world):
    order = MeasureOrder.objects.get(public_id=an_order(world)["public_id"])
    make_answer_deadline(order, on=clock.today())
    feedback_add(
        order, OrderFeedback.Kind.CARRIED_OUT, world.accounts["department"], clock.today(), text="已限制",
        done_on=clock.today(),
    )  # fmt: skip
    return order


def tables(content):
    book = load_workbook(io.BytesIO(content))
    return {page.title: [[cell.value for cell in row] for row in page.iter_rows()] for page in book}


def fetched(client):
    """What the only export's page leads to once the relay has run."""
    outbox_drain(now=clock.now)
    export = ExportFile.objects.get()
    assert export.state == ExportFile.State.READY, export.fault
    return b"".join(client.get(reverse("registry:export-fetch", args=[export.public_id])).streaming_content)


@pytest.mark.parametrize("name", SHEETS)
def test_it_holds_the_same_at_once_and_by_a_job(name, world, an_answered_order, client, monkeypatch):
    needs_one = (
        name in SAMPLES and name != "sanctions:measures-in-force-sheet"
    )  # whose sample is the order that is there
    address = reverse(name, kwargs=SAMPLES[name](world) if needs_one else {})
    outbox_drain(now=clock.now)  # what the samples owe
    client.force_login(world.accounts["handler"])
    at_once = client.get(address, SHEETS[name])
    assert at_once["Content-Disposition"].startswith("attachment"), at_once.status_code
    shown = tables(b"".join(at_once.streaming_content))
    monkeypatch.setattr(export_files, "LONG_ROWS", -1)
    response = client.get(address, SHEETS[name])
    assert response.url == reverse("registry:export-file", args=[ExportFile.objects.get().public_id])
    assert tables(fetched(client)) == shown


@pytest.mark.parametrize("name", ["measures-in-force-sheet", "joint-asked-sheet", "joint-reported-sheet"])
def test_who_watches_no_more_fetches_no_sheet_of_other_departments(name, an_answered_order, client, monkeypatch):
    monkeypatch.setattr(export_files, "LONG_ROWS", -1)
    officer = make_account("handler", department=make_department())
    client.force_login(officer)
    client.get(reverse(f"sanctions:{name}"), {"department": an_answered_order.department.code})
    outbox_drain(now=clock.now)
    export = ExportFile.objects.get()
    address = reverse("registry:export-fetch", args=[export.public_id])
    assert client.get(address).status_code == 200
    grant = RoleGrant.objects.get(account=officer)
    grant.role = "department"  # of the same department: it sees its own tasks now, and this file holds others'
    grant.save_by(None, reason="test")
    assert client.get(address).status_code == 403
