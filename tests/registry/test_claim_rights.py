"""Who confirms claims of accounts: the credit office and whom it names; no bureau's own officers."""

import datetime as dt

import pytest
from django.urls import reverse

from credit_site.selectors.queues import desk_of
from registry import clock
from registry.base.errors import NotAllowed
from registry.models import Claim, Mandate
from registry.services import authz
from registry.services.mandates import claim_confirm, claim_refuse, code_issue, mandate_end
from tests.credit_site.samples import make_claim, make_mandate
from tests.factories import make_account, make_department, make_subject

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 15)


@pytest.fixture
def bureau():
    return make_account("handler", "reviewer", department=make_department("market"))


def test_a_bureau_opens_nobodys_account(bureau):
    claim = make_claim(make_subject())
    with pytest.raises(NotAllowed, match="信用监管办公室") as refusal:
        claim_confirm(claim_id=claim.pk, actor=bureau, on=TODAY)
    assert refusal.value.code == "not-the-office"
    with pytest.raises(NotAllowed, match="信用监管办公室"):
        claim_refuse(claim_id=claim.pk, reason="x", actor=bureau, on=TODAY)
    with pytest.raises(NotAllowed, match="信用监管办公室"):
        code_issue(subject_id=claim.subject_id or make_subject().pk, actor=bureau, on=TODAY)
    claim.refresh_from_db()
    assert claim.state == Claim.State.FILED


def test_a_bureau_ends_nobodys_mandate(bureau):
    mandate = make_mandate(make_subject())
    with pytest.raises(NotAllowed, match="信用监管办公室"):
        mandate_end(mandate_id=mandate.pk, reason="x", actor=bureau, on=TODAY)
    assert Mandate.objects.get(pk=mandate.pk).ended_by is None


def test_an_officer_of_no_department_is_not_of_the_office():
    assert not authz.may(make_account("handler"), "claim.decide", TODAY)


def test_the_department_that_the_site_names_confirms_too(bureau, settings):
    settings.CLAIM_DEPARTMENTS = ["market"]
    claim = claim_confirm(claim_id=make_claim(make_subject()).pk, actor=bureau, on=TODAY)
    assert claim.state == Claim.State.CONFIRMED


def test_the_office_does_it_by_role_as_before():
    office = make_department(kind="credit-office")
    assert authz.may(make_account("handler", department=office), "claim.decide", TODAY)
    assert not authz.may(make_account("publisher", department=office), "claim.decide", TODAY)


def test_a_bureau_meets_neither_page_nor_letter_nor_link_nor_work(bureau, client):
    claim = make_claim(make_subject())
    client.force_login(bureau)
    for name in ("claim-detail", "claim-refuse", "claim-letter"):
        assert client.get(reverse(f"registry:{name}", args=[claim.public_id])).status_code == 403
    assert client.get(reverse("registry:claim-list")).status_code == 403
    assert reverse("registry:claim-list") not in client.get(reverse("workbench")).content.decode()
    assert not desk_of(bureau, clock.today()).may("claim.decide")
