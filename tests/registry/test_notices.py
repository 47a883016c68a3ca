"""Notices: owed in the transaction, delivered after it, failures kept and sent again."""

import datetime as dt

import pytest
from django.urls import reverse

from registry.base.errors import NotAllowed, TransitionRefused
from registry.models import Event, Notice, OutboxMessage
from registry.selectors import notices as selectors
from registry.services import notices, outbox
from registry.services.notices import notice_queue, notice_resend, notice_serve
from registry.services.outbox import outbox_drain
from tests.factories import make_account, make_department, make_subject

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 2)
NOON = dt.datetime(2026, 11, 2, 4, tzinfo=dt.UTC)


@pytest.fixture
def notice():
    return notice_queue("test", title="告知书", body="内容", at=NOON, subject=make_subject())


@pytest.fixture
def failed(notice, monkeypatch):
    """A notice given up after its last attempt."""

    def broken(payload, now):
        raise ConnectionError("mailbox closed")

    with monkeypatch.context() as patch:
        patch.setitem(
            outbox._handlers, notices.TOPIC, outbox._Entry(broken, once=True, given_up=notices.notice_give_up)
        )
        OutboxMessage.objects.update(attempts=outbox.MAX_ATTEMPTS - 1)
        outbox_drain(now=lambda: NOON)
    notice.refresh_from_db()
    return notice


def test_a_notice_needs_exactly_one_addressee():
    with pytest.raises(ValueError, match="exactly one addressee"):
        notice_queue("test", title="告知书", body="内容", at=NOON, subject=make_subject(), department=make_department())


def test_a_notice_waits_for_the_relay(notice):
    assert notice.state == Notice.State.QUEUED


def test_the_relay_delivers_it(notice):
    outbox_drain(now=lambda: NOON)
    notice.refresh_from_db()
    assert (notice.state, notice.delivered_at, notice.attempts) == (Notice.State.DELIVERED, NOON, 1)


def test_a_served_notice_stays_served_when_delivery_comes_late(notice):
    notice_serve(notice_id=notice.pk, receipt="当面送达", served_on=DAY, actor=None, on=DAY)
    outbox_drain(now=lambda: NOON)
    notice.refresh_from_db()
    assert notice.state == Notice.State.SERVED


def test_a_notice_is_served_once(notice):
    notice_serve(notice_id=notice.pk, receipt="当面送达", served_on=DAY, actor=None, on=DAY)
    with pytest.raises(TransitionRefused, match="已于2026-11-02签收"):
        notice_serve(notice_id=notice.pk, receipt="再次", served_on=DAY, actor=None, on=DAY)


def test_serving_is_recorded_by_a_handler_only(notice):
    with pytest.raises(NotAllowed):
        notice_serve(notice_id=notice.pk, receipt="当面", served_on=DAY, actor=make_account("auditor"), on=DAY)


def test_a_notice_given_up_is_failed_and_keeps_its_error(failed):
    assert (failed.state, failed.last_error) == (Notice.State.FAILED, "ConnectionError: mailbox closed")


def test_an_officer_sends_a_failed_notice_again(failed):
    notice_resend(notice_id=failed.pk, actor=make_account("handler"), on=DAY, at=NOON)
    outbox_drain(now=lambda: NOON)
    failed.refresh_from_db()
    assert failed.state == Notice.State.DELIVERED


def test_sending_again_is_an_event(failed):
    notice_resend(notice_id=failed.pk, actor=make_account("handler"), on=DAY, at=NOON)
    assert Event.objects.filter(name="notice.resent").count() == 1


def test_sending_again_needs_the_right(failed):
    with pytest.raises(NotAllowed):
        notice_resend(notice_id=failed.pk, actor=make_account("auditor"), on=DAY, at=NOON)


def test_a_notice_that_has_not_failed_is_not_sent_again(notice):
    with pytest.raises(TransitionRefused, match="待发送"):
        notice_resend(notice_id=notice.pk, actor=make_account("handler"), on=DAY, at=NOON)


def test_what_is_left_to_do_is_counted_to_its_end_and_what_has_arrived_only_so_far(monkeypatch):
    monkeypatch.setattr(selectors, "COUNT_MOST", 2)
    states = {"queued": 4, "delivered": 4, "served": 2, "failed": 3}
    for state, number in states.items():
        for _ in range(number):
            notice_queue("test", title="标题", body="内容", at=NOON, subject=make_subject())
        Notice.objects.filter(pk__in=Notice.objects.order_by("-pk").values("pk")[:number]).update(state=state)
    assert selectors.notice_counts() == {"queued": 4, "delivered": 3, "served": 2, "failed": 3}


def test_a_number_that_was_cut_says_so(client, monkeypatch):
    monkeypatch.setattr(selectors, "COUNT_MOST", 1)
    client.force_login(make_account("handler"))
    for _ in range(2):
        notice_queue("test", title="标题", body="内容", at=NOON, subject=make_subject())
    Notice.objects.update(state="delivered")
    assert "1以上" in client.get(reverse("registry:notice-list")).content.decode()
