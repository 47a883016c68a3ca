"""Who reported stands nowhere in the clear, is shown to two roles with a reason, and every look is on two logs."""

import datetime as dt
import logging

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from registry.base.errors import InvalidInput, NotAllowed, RuleRefused
from registry.models import Event
from registry.rules.access import PERMISSIONS
from sanctions.models import TipIdentityOpening
from sanctions.rules import tips as rules
from sanctions.services import tip_rewards, tips
from sanctions.services.tip_identity import Reporter, identity_open
from sanctions.services.tip_receiving import tip_answer
from tests.factories import make_account, make_department, make_subject
from tests.sanctions.reports import ADDRESS, NAME, PHONE, TRACES, Desk, a_photo, file_tip

pytestmark = pytest.mark.django_db
Day = dt.date
MONDAY = Day(2026, 9, 28)
WHY = "核对领奖人身份"


@pytest.fixture
def desk() -> Desk:
    return Desk(make_department(kind="credit-office"))


def stored_rows() -> str:
    """Everything in the database, row versions, timeline, notices and outbox included."""
    return "\n".join(str(row) for model in apps.get_models() for row in model._base_manager.values())


def lived_through(desk: Desk):
    """A tip that took every step, with a reporter who says who he is at every turn."""
    filed = file_tip(on=MONDAY, about=f"演示矿业有限公司，{NAME}报", files=[a_photo()])
    tip, subject = filed.tip, make_subject()
    desk.accept(tip, MONDAY)
    tips.tip_ask(tip_id=tip.pk, question="哪一个班？", actor=desk.handler, on=MONDAY)
    tip_answer(code=filed.code, text=f"夜班，找{NAME}，{PHONE}", files=[a_photo(f"{PHONE}.png")], on=MONDAY)
    tips.tip_match(tip_id=tip.pk, subject=subject, actor=desk.handler, on=MONDAY)
    desk.investigate(tip, MONDAY)
    tips.tip_conclude(tip_id=tip.pk, outcome="verified", answer="属实。", actor=desk.approver, on=MONDAY)
    tips.tip_draft_record(
        tip_id=tip.pk, title="停用监测", facts="停测4小时。", occurred_on=None, actor=desk.handler, on=MONDAY
    )
    tips.tip_tell(tip_id=tip.pk, actor=desk.handler, on=MONDAY)
    tip_rewards.reward_propose(tip_id=tip.pk, yuan=500, reason="首报", actor=desk.handler, on=MONDAY)
    tip_rewards.reward_decide(tip_id=tip.pk, is_granted=True, yuan=500, reason="同意", actor=desk.approver, on=MONDAY)
    tip_rewards.reward_pay(tip_id=tip.pk, code=filed.code, voucher="付11", actor=desk.reviewer, on=MONDAY)
    return filed


def test_no_row_of_the_database_and_no_log_line_shows_who_reported(desk, caplog):
    caplog.set_level(logging.DEBUG)
    filed = lived_through(desk)
    identity_open(tip_id=filed.tip.pk, reason=f"向{NAME}兑付，{PHONE}", actor=desk.second, on=MONDAY)
    for place in (stored_rows(), caplog.text):
        assert [trace for trace in (*TRACES, filed.code, rules.code_text(filed.code)) if trace in place] == []
    assert filed.tip.number in stored_rows()  # the search itself looks where tips are


def test_no_page_shows_who_reported_without_opening(desk, client):
    filed = lived_through(desk)
    tip = filed.tip
    tip.refresh_from_db()
    pages = [
        reverse("tips:list"), reverse("tips:list") + "?queue=closed", reverse("tips:detail", args=[tip.public_id]),
        reverse("tips:identity", args=[tip.public_id]), reverse("tips:opening-list"), reverse("registry:event-list"),
        reverse("registry:notice-list"), reverse("registry:inbox"), reverse("workbench"),
        reverse("registry:record-detail", args=[tip.record.public_id]),
        reverse("registry:record-history", args=[tip.record.public_id]),
        reverse("registry:subject-detail", args=[tip.subject.public_id]),
        reverse("registry:subject-history", args=[tip.subject.public_id]),
    ]  # fmt: skip
    opened = 0
    for who in (desk.handler, desk.approver, desk.reviewer, desk.auditor):
        client.force_login(who)
        for page in pages:
            response = client.get(page)
            opened += response.status_code == 200
            assert [trace for trace in TRACES if trace in response.content.decode()] == [], page
    assert opened >= 30


def test_the_reporters_own_words_are_cut_but_kept_with_the_identity(desk):
    tip = file_tip(on=MONDAY).tip
    assert (
        tip.what
        == f"夜班停了瓦斯监测。我是{rules.HIDDEN}，电话{rules.HIDDEN}，住{rules.HIDDEN}，证件号110***********0021。"
    )
    shown = identity_open(tip_id=tip.pk, reason=WHY, actor=desk.reviewer, on=MONDAY)
    assert (shown.name, shown.phone, shown.address) == (NAME, PHONE, ADDRESS)
    assert "欧阳 举报" in shown.words
    assert NAME not in repr(shown)


def test_cutting_leaves_everything_else(desk):
    assert rules.redacted("王五在１３号井，罚款1000元。", ["王"]) == "王五在13号井，罚款1000元。"
    assert rules.redacted("李 小-四说", ["李小四"]) == f"{rules.HIDDEN}说"
    assert rules.redacted("没有他的事", []) == "没有他的事"


def test_lost_keys_are_noticed_for_identities_too(desk, settings, capsys):
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    file_tip(on=MONDAY)
    call_command("check_keys")
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError):
        call_command("check_keys")
    assert "其他加密内容 4 个：无法解密 4 个" in capsys.readouterr().out


def test_opening_without_a_reason_is_refused_and_shows_nothing(desk):
    tip = file_tip(on=MONDAY).tip
    for reason in ("", "   ", "看看"):
        with pytest.raises(RuleRefused, match="理由"):
            identity_open(tip_id=tip.pk, reason=reason, actor=desk.reviewer, on=MONDAY)
    assert not TipIdentityOpening.objects.exists()


def test_two_roles_open_and_nobody_else(desk):
    assert PERMISSIONS["tip.identity"] == {"reviewer", "approver"}
    tip = file_tip(on=MONDAY).tip
    for role in ("handler", "publisher", "department", "auditor", "administrator"):
        with pytest.raises(NotAllowed):
            identity_open(tip_id=tip.pk, reason=WHY, actor=make_account(role, department=desk.department), on=MONDAY)
    own = make_account("subject", "approver", subject=make_subject())
    with pytest.raises(NotAllowed):
        identity_open(tip_id=tip.pk, reason=WHY, actor=own, on=MONDAY)
    assert not TipIdentityOpening.objects.exists()
    for who in (desk.reviewer, desk.approver):
        assert identity_open(tip_id=tip.pk, reason=WHY, actor=who, on=MONDAY).name == NAME


def test_the_handler_does_not_open_even_with_the_role(desk):
    both = make_account("handler", "reviewer", department=desk.department)
    tip = file_tip(on=MONDAY).tip
    tips.tip_accept(tip_id=tip.pk, handler=both, actor=both, on=MONDAY)
    with pytest.raises(NotAllowed):
        identity_open(tip_id=tip.pk, reason=WHY, actor=both, on=MONDAY)


def test_each_look_is_on_two_logs_that_auditors_read(desk, client):
    tip = file_tip(on=MONDAY).tip
    for _ in range(2):
        identity_open(tip_id=tip.pk, reason=WHY, actor=desk.reviewer, on=MONDAY)
    rows = TipIdentityOpening.objects.all()
    assert [(row.account, row.reason, row.on) for row in rows] == [(desk.reviewer, WHY, MONDAY)] * 2
    events = Event.objects.filter(name="tip.identity-opened")
    assert [(each.actor, each.subject, WHY in each.text) for each in events] == [(desk.reviewer, None, True)] * 2
    client.force_login(desk.auditor)
    page = client.get(reverse("tips:opening-list")).content.decode()
    assert page.count(WHY) == 2
    assert NAME not in page


def test_the_page_shows_it_once_and_asks_again(desk, client):
    tip = file_tip(on=MONDAY).tip
    address = reverse("tips:identity", args=[tip.public_id])
    client.force_login(desk.reviewer)
    assert NAME not in client.get(address).content.decode()
    refused = client.post(address, {"reason": ""})
    assert NAME not in refused.content.decode()
    assert not TipIdentityOpening.objects.exists()
    shown = client.post(address, {"reason": WHY})
    assert [each in shown.content.decode() for each in (NAME, PHONE, ADDRESS)] == [True, True, True]
    assert "no-store" in shown["Cache-Control"]
    assert NAME not in client.get(address).content.decode()
    assert NAME not in client.get(reverse("tips:detail", args=[tip.public_id])).content.decode()


def test_who_knows_the_reporter_cannot_write_the_name_down_and_others_learn_nothing_by_trying(desk):
    tip = file_tip(on=MONDAY).tip
    desk.accept(tip, MONDAY)
    desk.investigate(tip, MONDAY)
    answer = {"outcome": "unverified", "answer": f"已告知{NAME}。", "on": MONDAY}
    identity_open(tip_id=tip.pk, reason=WHY, actor=desk.approver, on=MONDAY)
    with pytest.raises(InvalidInput, match="举报人信息"):
        tips.tip_conclude(tip_id=tip.pk, actor=desk.approver, **answer)
    # An approver who has not looked could otherwise guess names until one is refused.
    tips.tip_conclude(tip_id=tip.pk, actor=desk.second, **answer)


def test_a_tip_whose_reporter_writes_a_number_is_masked_though_anonymous(desk):
    tip = file_tip(on=MONDAY, what="打13900001234问工友。", reporter=Reporter()).tip
    assert tip.what == "打139****1234问工友。"
    assert PHONE not in stored_rows()


def test_files_go_out_logged_and_only_to_who_may_read_the_tip(desk):
    tip = file_tip(on=MONDAY, files=[a_photo()]).tip
    desk.accept(tip, MONDAY)
    address = reverse("tips:file", args=[tip.public_id, 1])
    outsider = make_account("handler", department=make_department())
    for who, status in ((desk.handler, 200), (outsider, 404), (make_account("publisher"), 403)):
        client = Client()
        client.force_login(who)
        assert client.get(address).status_code == status
    stored = tip.files.get().attachment
    assert [row.account for row in stored.downloads.all()] == [desk.handler]
    client = Client()
    client.force_login(desk.handler)
    page = client.get(reverse("tips:detail", args=[tip.public_id])).content.decode()
    assert str(stored.public_id) not in page
