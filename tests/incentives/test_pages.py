"""Pages of commitments: signing with a confirmed identity, isolation of subjects, officers' steps, the public list."""

import time

import pytest
from django.test import Client
from django.urls import reverse

from incentives.models import Commitment
from incentives.rules.texts import text_digest
from incentives.services.breaches import breach_notice
from incentives.services.commitments import Wanted, commitment_draft
from registry import clock
from tests.factories import make_account, make_subject
from tests.incentives.promising import COUNTY, VOLUNTARY, make_people, on_paper, promise, sign
from tests.sanctions.case_world import a_file

pytestmark = pytest.mark.django_db


def client_of(account, *, is_confirmed: bool = False) -> Client:
    client = Client()
    client.force_login(account)
    if is_confirmed:
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
        session["account_authentication_methods_user"] = str(account.pk)
        session.save()
    return client


def draft(people) -> Commitment:
    return commitment_draft(
        subject_id=people.subject.pk, key=VOLUNTARY, wanted=Wanted(), actor=people.handler, on=clock.today()
    )


def signing(commitment, people, **changes):
    given = {"sha256": text_digest(commitment.text), "name": people.own.display_name, "agreed": "on"}
    return given | {"version": commitment.version} | changes


# --- signing


def test_the_text_is_shown_before_anybody_is_asked_who_they_are():
    people = make_people(on=clock.today())
    page = client_of(people.own).get(reverse("my-commitments:sign", args=[draft(people).public_id]))
    assert "向社会公开承诺守法诚信经营" in page.content.decode()
    assert 'name="name"' not in page.content.decode()
    assert f"{reverse('account_reauthenticate')}?next=" in page.content.decode()


def test_without_confirmation_a_signature_is_sent_to_confirm_first():
    people = make_people(on=clock.today())
    commitment = draft(people)
    answer = client_of(people.own).post(
        reverse("my-commitments:sign", args=[commitment.public_id]), signing(commitment, people)
    )
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_reauthenticate"))
    assert Commitment.objects.get().state == "drafted"


def test_the_password_entered_anew_lets_sign():
    people = make_people(on=clock.today())
    commitment, client = draft(people), client_of(people.own)
    address = reverse("my-commitments:sign", args=[commitment.public_id])
    again = f"{reverse('account_reauthenticate')}?next={address}"
    assert client.post(again, {"password": "wrong", "next": address}).status_code == 200
    assert client.post(again, {"password": "demonstration-1", "next": address}).url == address
    assert client.post(address, signing(commitment, people)).status_code == 302
    assert Commitment.objects.get().signature.confirmed_by == "password"


def test_a_confirmation_of_long_ago_does_not_count():
    people = make_people(on=clock.today())
    commitment, client = draft(people), client_of(people.own, is_confirmed=True)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time() - 301, "reauthenticated": True}
    ]
    session.save()
    client.post(reverse("my-commitments:sign", args=[commitment.public_id]), signing(commitment, people))
    assert Commitment.objects.get().state == "drafted"


@pytest.mark.parametrize(
    ("change", "words"),
    [({"name": "张某某"}, "不一致"), ({"sha256": "0" * 64}, "内容有变化"), ({"agreed": ""}, "必填")],
)
def test_a_refused_signature_says_why_and_signs_nothing(change, words):
    people = make_people(on=clock.today())
    commitment = draft(people)
    page = client_of(people.own, is_confirmed=True).post(
        reverse("my-commitments:sign", args=[commitment.public_id]), signing(commitment, people, **change)
    )
    assert page.status_code == 422
    assert words in page.content.decode()
    assert Commitment.objects.get().state == "drafted"


def test_a_kind_on_offer_is_chosen_read_and_signed():
    people = make_people(on=clock.today())
    client = client_of(people.own, is_confirmed=True)
    address = reverse("my-commitments:new", args=[COUNTY, "voluntary-publicity"])
    assert people.department.name in client.get(address).content.decode()
    address = f"{address}?department={people.department.pk}&matter="
    page = client.get(address)
    given = {"sha256": page.context["form"].initial["sha256"], "name": people.principal.name, "agreed": "on"}
    made = client.post(address, given)
    commitment = Commitment.objects.get()
    assert made.url == reverse("my-commitments:detail", args=[commitment.public_id])
    assert (commitment.state, commitment.department) == ("signed", people.department)


# --- isolation


@pytest.mark.parametrize("name", ["detail", "sign", "statement", "hand-in", "file"])
def test_another_subjects_commitment_is_not_there(name):
    people = make_people(on=clock.today())
    commitment = promise(people, on=clock.today())
    extra = {"hand-in": [1], "file": [commitment.signature.copy.public_id]}.get(name, [])
    address = reverse(f"my-commitments:{name}", args=[commitment.public_id, *extra])
    own, stranger = client_of(people.own), client_of(make_account("subject", subject=make_subject()))
    assert own.get(address).status_code in (200, 302)
    assert stranger.get(address).status_code == 404
    assert stranger.post(address).status_code in (404, 405)


def test_the_list_holds_ones_own_alone():
    people = make_people(on=clock.today())
    commitment = promise(people, on=clock.today())
    stranger = client_of(make_account("subject", subject=make_subject()))
    assert commitment.number in client_of(people.own).get(reverse("my-commitments:list")).content.decode()
    assert commitment.number not in stranger.get(reverse("my-commitments:list")).content.decode()


def test_a_file_of_another_commitment_is_not_given_out_under_ones_own():
    people = make_people(on=clock.today())
    first, second = promise(people, on=clock.today()), sign(people, on=clock.today())
    address = reverse("my-commitments:file", args=[first.public_id, second.signature.copy.public_id])
    assert client_of(people.own).get(address).status_code == 404


# --- keeping what was promised


def test_papers_are_uploaded_in_the_portal_and_ticked_off_by_the_office():
    people = make_people(on=clock.today())
    commitment = promise(people, on=clock.today())
    own = client_of(people.own)
    own.post(reverse("my-commitments:hand-in", args=[commitment.public_id, 1]), {"file": a_file(), "note": ""})
    page = own.get(reverse("my-commitments:detail", args=[commitment.public_id])).content.decode()
    assert "已提交，待核对" in page
    step = reverse("commitments:obligation-step", args=[commitment.public_id, 1, "accept"])
    assert client_of(people.reviewer).post(step).status_code == 302
    assert Commitment.objects.get().state == "fulfilled"


def test_the_page_of_a_step_says_why_it_cannot_be_taken():
    people = make_people(on=clock.today())
    commitment = promise(people, on=clock.today())
    page = client_of(people.approver).get(reverse("commitments:step", args=[commitment.public_id, "break"]))
    assert "须在“违诺核查中”时办理" in page.content.decode()
    page = client_of(people.handler).get(reverse("commitments:step", args=[commitment.public_id, "fulfil"]))
    assert "确认履行完毕" in page.content.decode()
    assert (
        client_of(people.handler).get(reverse("commitments:step", args=[commitment.public_id, "nothing"])).status_code
        == 404
    )


def test_a_promise_is_registered_with_its_papers_one_a_line():
    people = make_people(on=clock.today())
    address = reverse("commitments:promise-new", args=[people.subject.public_id])
    given = {
        "key": f"{COUNTY}|missing-papers", "matter": "许可延期", "accepted_on": clock.today().isoformat(),
        "missing": "验收报告\n\n检测报告\n", "days": "", "is_signed": "on", "name": "", "capacity": "",
    }  # fmt: skip
    client = client_of(people.handler)
    refused = client.post(address, given)
    assert refused.status_code == 422
    assert "已经签署纸质承诺书的，请填写签名的人" in refused.content.decode()
    assert client.post(address, given | {"is_signed": ""}).status_code == 302
    texts = Commitment.objects.get().obligations.values_list("text", flat=True)
    assert list(texts) == ["补齐验收报告", "补齐检测报告"]


# --- the public


def test_the_public_list_shows_who_promised_what_without_persons_full_names():
    people = make_people(on=clock.today())
    commitment = sign(people, on=clock.today(), name=people.principal.name)
    public = Client()
    listed = public.get(reverse("disclosure:commitments")).content.decode()
    assert people.subject.name in listed
    page = public.get(reverse("disclosure:commitment", args=[commitment.public_id])).content.decode()
    assert "接受监督" in page
    assert people.principal.name not in listed + page
    assert commitment.signature.sha256 not in page


def test_a_persons_name_is_masked_in_the_list_and_in_the_text():
    people = make_people(on=clock.today())
    person = make_subject("演示个人丙", kind="person")
    commitment = commitment_draft(
        subject_id=person.pk, key=VOLUNTARY, wanted=Wanted(), paper=on_paper(clock.today()), actor=people.handler,
        on=clock.today(),
    )  # fmt: skip
    public = Client()
    shown = public.get(reverse("disclosure:commitments")).content.decode()
    shown += public.get(reverse("disclosure:commitment", args=[commitment.public_id])).content.decode()
    assert "演示个人丙" not in shown
    assert "演*" in shown


def test_what_is_not_public_or_not_signed_is_not_there():
    people = make_people(on=clock.today())
    for commitment in (promise(people, on=clock.today()), draft(people)):
        assert Client().get(reverse("disclosure:commitment", args=[commitment.public_id])).status_code == 404


def test_a_breach_that_is_only_looked_at_is_not_told_to_the_public():
    people = make_people(on=clock.today())
    commitment = sign(people, on=clock.today())
    breach_notice(
        commitment_id=commitment.pk, reason="被举报", until=clock.today().replace(year=clock.today().year + 1),
        actor=people.handler, on=clock.today(),
    )  # fmt: skip
    page = Client().get(reverse("disclosure:commitment", args=[commitment.public_id])).content.decode()
    assert "履行中" in page
    assert "违诺核查" not in page
    assert "被举报" not in page
