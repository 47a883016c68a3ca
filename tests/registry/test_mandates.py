"""Claims, one-time codes, mandates and consent: who may act for a subject, proved on services and pages."""

import datetime as dt

import pytest
from django.urls import reverse

from registry import clock
from registry.base.errors import InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.base.personal_data import lookup_hash
from registry.models import Account, Claim, ClaimCode, ClaimSecret, Event, Mandate
from registry.rules import access
from registry.rules.mandates import CODE_DAYS, CODE_TRIES, free_name, grouped, tidy_code
from registry.selectors.mandates import claim_by_receipt, consent_of, is_manager
from registry.selectors.rights import roles_on
from registry.services.mandates import (
    agent_add,
    claim_confirm,
    claim_file,
    claim_refuse,
    code_issue,
    mandate_end,
)
from registry.services.merging import subjects_merge
from registry.services.service_consents import service_consent_give, service_consent_withdraw
from tests.credit_site.samples import PASSWORD, a_letter, claim_facts, make_claim, make_mandate
from tests.factories import make_account, make_department, make_subject

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 1)
IDENTITY = "110101199003074530"  # check digit right, belongs to nobody known to the tests


@pytest.fixture
def officer():
    return make_account("handler", department=make_department(kind="credit-office"))


def make_person(name="王建国"):
    return make_subject(name, kind="person", document_hash=lookup_hash(IDENTITY), document_masked="110***********4530")


def person_facts(name="王建国", number=IDENTITY):
    return claim_facts(person_name=name, document_type="身份证", document_number=number)


# --- claims by letter


def test_a_confirmed_claim_opens_an_account_that_sees_its_own_subject(officer):
    subject = make_subject()
    filed = claim_file(facts=claim_facts(subject), letter=a_letter(), code="", on=TODAY)
    assert Account.objects.filter(subject=subject).count() == 0
    account = claim_confirm(claim_id=filed.claim.pk, actor=officer, on=TODAY).account
    assert account.subject == subject
    assert account.check_password(PASSWORD)
    assert not account.is_password_temporary
    assert roles_on(account, TODAY) == {access.SUBJECT}
    assert is_manager(account, TODAY)
    assert not ClaimSecret.objects.exists()


def test_a_letter_limited_in_time_ends_the_account_on_the_next_day(officer):
    claim = make_claim(make_subject())
    last = TODAY + dt.timedelta(days=10)
    account = claim_confirm(claim_id=claim.pk, last_on=last, actor=officer, on=TODAY).account
    assert roles_on(account, last) == {access.SUBJECT}
    assert roles_on(account, last + dt.timedelta(days=1)) == frozenset()


@pytest.mark.parametrize("role", ["approver", "publisher", "department", "auditor", "administrator", "subject"])
def test_nobody_else_confirms_or_refuses(role):
    subject = make_subject()
    claim = make_claim(subject)
    actor = make_account(role, subject=subject) if role == "subject" else make_account(role)
    with pytest.raises(NotAllowed):
        claim_confirm(claim_id=claim.pk, actor=actor, on=TODAY)
    with pytest.raises(NotAllowed):
        claim_refuse(claim_id=claim.pk, reason="x", actor=actor, on=TODAY)


def test_a_refusal_needs_its_reason_and_leaves_no_account(officer):
    claim = make_claim(make_subject())
    with pytest.raises(InvalidInput):
        claim_refuse(claim_id=claim.pk, reason=" ", actor=officer, on=TODAY)
    claim_refuse(claim_id=claim.pk, reason="公章与名称不一致。", actor=officer, on=TODAY)
    assert not Account.objects.filter(username="zhoumou").exists()
    assert not ClaimSecret.objects.exists()
    with pytest.raises(TransitionRefused):
        claim_confirm(claim_id=claim.pk, actor=officer, on=TODAY)


def test_a_claim_of_nobody_is_taken_in_like_any_other_and_cannot_be_confirmed(officer):
    absent = make_subject()
    uscc, absent.uscc = absent.uscc, None
    absent.save_by(None, reason="test")
    filed = claim_file(facts=claim_facts(uscc=uscc), letter=a_letter(), code="", on=TODAY)
    assert claim_by_receipt(filed.receipt).state == Claim.State.FILED
    with pytest.raises(RuleRefused):
        claim_confirm(claim_id=filed.claim.pk, actor=officer, on=TODAY)


def test_a_person_is_found_only_by_name_and_number_together(officer):
    person = make_person()
    right = claim_file(facts=person_facts(), letter=a_letter(), code="", on=TODAY).claim
    wrong = claim_file(facts=person_facts(name="李四"), letter=a_letter(), code="", on=TODAY).claim
    assert (right.subject, wrong.subject) == (person, None)


def test_an_identity_number_stands_nowhere_in_the_clear():
    make_person()
    claim = claim_file(facts=person_facts(), letter=a_letter(), code="", on=TODAY).claim
    kept = str(list(Claim.objects.filter(pk=claim.pk).values())) + str(list(Claim.history.values()))
    kept += str(list(Event.objects.values()))
    assert IDENTITY not in kept
    assert PASSWORD not in kept
    assert "0000-0000000" not in kept


def test_neither_letter_nor_code_is_refused():
    with pytest.raises(InvalidInput) as refusal:
        claim_file(facts=claim_facts(make_subject()), letter=None, code=" ", on=TODAY)
    assert refusal.value.code == "letter-or-code"


@pytest.mark.parametrize("password", ["short-1", "1234567890", "password123"])
def test_a_weak_password_is_refused_before_anything_is_kept(password):
    with pytest.raises(InvalidInput) as refusal:
        claim_file(facts=claim_facts(make_subject(), password=password), letter=a_letter(), code="", on=TODAY)
    assert refusal.value.field == "password"
    assert not Claim.objects.exists()


def test_a_taken_user_name_is_not_told_but_numbered(officer):
    make_account(username="zhoumou")
    account = claim_confirm(claim_id=make_claim(make_subject()).pk, actor=officer, on=TODAY).account
    assert account.username == "zhoumou2"


def test_free_names_skip_the_numbers_taken():
    assert free_name("li", frozenset()) == "li"
    assert free_name("Li", frozenset({"li", "li2"})) == "Li3"


# --- one-time codes


def test_the_right_code_opens_the_account_at_once(officer):
    subject = make_subject()
    code = code_issue(subject_id=subject.pk, actor=officer, on=TODAY)
    typed = grouped(code).lower()
    filed = claim_file(facts=claim_facts(subject), letter=None, code=typed, on=TODAY)
    assert filed.claim.state == Claim.State.CONFIRMED
    assert filed.claim.account.subject == subject
    with pytest.raises(InvalidInput):
        claim_file(facts=claim_facts(subject, username="second"), letter=None, code=code, on=TODAY)


def test_a_code_is_kept_as_a_keyed_digest_only(officer):
    code = code_issue(subject_id=make_subject().pk, actor=officer, on=TODAY)
    kept = str(list(ClaimCode.objects.values())) + str(list(ClaimCode.history.values())) + str(Event.objects.values())
    assert code not in kept
    assert tidy_code(code) == code


def test_five_wrong_tries_end_a_code(officer):
    subject = make_subject()
    code = code_issue(subject_id=subject.pk, actor=officer, on=TODAY)
    for _ in range(CODE_TRIES):
        with pytest.raises(InvalidInput):
            claim_file(facts=claim_facts(subject), letter=None, code="3333333333", on=TODAY)
    with pytest.raises(InvalidInput):
        claim_file(facts=claim_facts(subject), letter=None, code=code, on=TODAY)
    assert CODE_TRIES == 5
    assert not Claim.objects.exists()


def test_a_code_is_good_through_its_last_day_and_not_after(officer):
    last = TODAY + dt.timedelta(days=CODE_DAYS - 1)
    early, late = make_subject(), make_subject()
    code_early = code_issue(subject_id=early.pk, actor=officer, on=TODAY)
    code_late = code_issue(subject_id=late.pk, actor=officer, on=TODAY)
    assert claim_file(facts=claim_facts(early), letter=None, code=code_early, on=last).claim.account is not None
    with pytest.raises(InvalidInput):
        claim_file(facts=claim_facts(late), letter=None, code=code_late, on=last + dt.timedelta(days=1))


def test_a_new_code_replaces_the_earlier_one_and_fits_its_own_subject_only(officer):
    subject, other = make_subject(), make_subject()
    first = code_issue(subject_id=subject.pk, actor=officer, on=TODAY)
    second = code_issue(subject_id=subject.pk, actor=officer, on=TODAY)
    for wrong_subject, wrong_code in ((subject, first), (other, second)):
        with pytest.raises(InvalidInput):
            claim_file(facts=claim_facts(wrong_subject), letter=None, code=wrong_code, on=TODAY)
    assert claim_file(facts=claim_facts(subject), letter=None, code=second, on=TODAY).claim.account is not None


def test_a_wrong_code_is_answered_alike_for_a_subject_that_does_not_exist(officer):
    subject = make_subject()
    code_issue(subject_id=subject.pk, actor=officer, on=TODAY)
    gone = make_subject()
    uscc, gone.uscc = gone.uscc, None
    gone.save_by(None, reason="test")
    told = []
    for facts in (claim_facts(subject), claim_facts(uscc=uscc)):
        with pytest.raises(InvalidInput) as refusal:
            claim_file(facts=facts, letter=None, code="3333333333", on=TODAY)
        told.append((refusal.value.code, refusal.value.message, refusal.value.field))
    assert told[0] == told[1]


# --- mandates


@pytest.fixture
def manager():
    subject = make_subject()
    account = make_account("subject", subject=subject)
    make_mandate(subject, account, role="manager")
    return account


def add_agent(manager, last_on, on=TODAY):
    return agent_add(
        display_name="吴某", username="wumou", password=PASSWORD, last_on=last_on, letter=None, actor=manager, on=on
    )


def test_an_agent_sees_the_file_through_the_last_day_and_nothing_on_the_day_after(manager, client, settings):
    last = TODAY + dt.timedelta(days=5)
    agent = add_agent(manager, last).account
    agent.is_password_temporary = False
    agent.save()
    client.force_login(agent)
    seen = {}
    for day in (last, last + dt.timedelta(days=1)):
        settings.PRETEND_TODAY = day
        client.force_login(agent)
        seen[day] = {
            name: client.get(reverse(name)).status_code for name in ("portal:home", "portal:records", "my-cases:list")
        }
    assert set(seen[last].values()) == {200}
    assert set(seen[last + dt.timedelta(days=1)].values()) == {403}


def test_an_agent_neither_gives_nor_ends_mandates(manager):
    agent = add_agent(manager, TODAY + dt.timedelta(days=5))
    with pytest.raises(NotAllowed):
        add_agent(agent.account, TODAY + dt.timedelta(days=5))
    with pytest.raises(NotAllowed):
        mandate_end(mandate_id=agent.pk, reason="", actor=agent.account, on=TODAY)
    assert not is_manager(agent.account, TODAY)


def test_a_manager_ends_its_agent_at_once(manager):
    agent = add_agent(manager, TODAY + dt.timedelta(days=5))
    mandate_end(mandate_id=agent.pk, reason="", actor=manager, on=TODAY)
    assert roles_on(agent.account, TODAY) == frozenset()


def test_a_manager_ends_neither_a_manager_nor_another_subjects_agent(manager):
    other = make_mandate(make_subject())
    colleague = make_mandate(manager.subject, role="manager")
    for mandate in (other, colleague):
        with pytest.raises(NotAllowed):
            mandate_end(mandate_id=mandate.pk, reason="", actor=manager, on=TODAY)
    assert Mandate.objects.filter(end_reason="", ended_by__isnull=True).count() == 3


def test_an_officer_ends_any_mandate_with_the_reason(manager, officer):
    mandate = Mandate.objects.get(account=manager)
    with pytest.raises(InvalidInput):
        mandate_end(mandate_id=mandate.pk, reason="", actor=officer, on=clock.today())
    mandate_end(mandate_id=mandate.pk, reason="单位来函撤销。", actor=officer, on=clock.today())
    assert roles_on(manager, clock.today()) == frozenset()
    with pytest.raises(TransitionRefused):
        mandate_end(mandate_id=mandate.pk, reason="再次", actor=officer, on=clock.today())


def test_an_authority_never_begins_in_the_past(manager):
    with pytest.raises(InvalidInput):
        add_agent(manager, TODAY - dt.timedelta(days=1))


# --- consent to electronic service


def test_consent_is_an_express_act_of_a_manager_and_can_be_withdrawn(manager):
    with pytest.raises(InvalidInput):
        service_consent_give(is_agreed=False, actor=manager, on=TODAY)
    assert consent_of(manager.subject) is None
    service_consent_give(is_agreed=True, actor=manager, on=TODAY)
    assert consent_of(manager.subject).given_by == manager
    service_consent_withdraw(actor=manager, on=TODAY)
    assert consent_of(manager.subject) is None


def test_an_agent_cannot_consent(manager):
    agent = add_agent(manager, TODAY + dt.timedelta(days=5)).account
    with pytest.raises(NotAllowed):
        service_consent_give(is_agreed=True, actor=agent, on=TODAY)


# --- pages


def form_of(subject, **fields):
    given = {
        "uscc": subject.uscc, "document_type": "身份证", "applicant": "周某", "contact": "0000-0000000",
        "username": "zhoumou", "password": PASSWORD, "password_again": PASSWORD, "letter": a_letter(),
    }  # fmt: skip
    return {**given, **fields}


def test_the_receipt_number_is_shown_once_and_tells_the_outcome(client, officer):
    response = client.post(reverse("claims:new"), form_of(make_subject()), follow=True)
    claim = Claim.objects.get()
    receipt = response.context["receipt"]
    assert receipt in response.content.decode()
    assert receipt not in client.get(reverse("claims:receipt")).content.decode()
    claim_refuse(claim_id=claim.pk, reason="请补盖公章。", actor=officer, on=clock.today())
    told = client.post(reverse("claims:progress"), {"receipt": receipt}).content.decode()
    assert "请补盖公章。" in told
    assert "没有这个回执号" in client.post(reverse("claims:progress"), {"receipt": "3333"}).content.decode()


def test_the_public_answer_is_the_same_whether_the_subject_exists(client):
    known, unknown = make_subject(), make_subject()
    uscc, unknown.uscc = unknown.uscc, None
    unknown.save_by(None, reason="test")
    shown = []
    for code in (known.uscc, uscc):
        response = client.post(reverse("claims:new"), form_of(known, uscc=code, letter=a_letter()), follow=True)
        shown.append(response.content.decode().replace(response.context["receipt"], ""))
    assert shown[0] == shown[1]


def test_a_refused_form_writes_no_secret_back(client):
    response = client.post(reverse("claims:new"), form_of(make_subject(), password_again="other", document_number="X1"))
    page = response.content.decode()
    assert response.status_code == 200
    assert PASSWORD not in page
    assert 'value="X1"' not in page


def test_claims_are_throttled(client, settings):
    settings.SEARCHES_A_MINUTE = 2
    subject = make_subject()
    answers = [client.post(reverse("claims:new"), form_of(subject, applicant="")).status_code for _ in range(3)]
    assert answers == [200, 200, 429]


def test_an_officer_confirms_on_the_page_and_fetches_the_letter(client, officer):
    claim = make_claim(make_subject())
    client.force_login(officer)
    letter = client.get(reverse("registry:claim-letter", args=[claim.public_id]))
    assert b"".join(letter.streaming_content).startswith(b"%PDF")
    assert claim.letter.downloads.get().account == officer
    page = reverse("registry:claim-detail", args=[claim.public_id])
    assert "0000-0000000" in client.get(page).content.decode()
    client.post(page, {"version": claim.version, "last_on": ""})
    claim.refresh_from_db()
    assert claim.state == Claim.State.CONFIRMED


def test_a_code_is_shown_on_one_page_only(client, officer):
    subject = make_subject()
    client.force_login(officer)
    page = client.post(reverse("registry:claim-code-issue", args=[subject.public_id]))
    code = page.context["code"]
    assert code in page.content.decode()
    later = client.get(reverse("registry:subject-mandates", args=[subject.public_id])).content.decode()
    assert code not in later
    assert claim_file(facts=claim_facts(subject), letter=None, code=code, on=clock.today()).claim.account is not None


# --- a second row of the same enterprise is merged


def test_an_agent_of_a_merged_row_stays_an_agent_of_the_one_that_stands():
    loser, winner = make_subject(uscc=None), make_subject()
    agent, manager = make_account("subject", subject=loser), make_account("subject", subject=winner)
    given, _ = make_mandate(loser, agent, role="agent"), make_mandate(winner, manager, role="manager")
    subjects_merge(
        loser_id=loser.pk, winner_id=winner.pk, reason="重复登记", version=None, actor=make_account("approver"),
        on=clock.today(),
    )  # fmt: skip
    agent.refresh_from_db()
    given.refresh_from_db()
    assert (agent.subject, given.subject, given.role) == (winner, winner, "agent")
    assert not is_manager(agent, clock.today())
    assert is_manager(manager, clock.today())
    ended = mandate_end(mandate_id=given.pk, reason="", actor=manager, on=clock.today())
    assert ended.ends_on == clock.today()


def test_what_was_merged_before_goes_on_to_the_row_that_stands():
    first, second, third = make_subject(uscc=None), make_subject(uscc=None), make_subject()
    approver = make_account("approver")
    for loser, winner in ((first, second), (second, third)):
        subjects_merge(
            loser_id=loser.pk, winner_id=winner.pk, reason="重复登记", version=None, actor=approver, on=clock.today()
        )
    first.refresh_from_db()
    assert first.merged_into == third
