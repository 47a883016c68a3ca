"""Pages of drafts, comparison and adoption: nothing typed is lost, both people see the same verdict."""

import datetime as dt

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from credit_site.selectors.queues import desk_of, queue_rows, sources_of
from credit_site.selectors.work import work_items
from registry import clock
from registry.models import PolicyActivation, PolicyDraft, PolicyProposal
from registry.selectors.policy_drafts import draft_pack
from registry.services.policy_adoption import adoption_propose
from registry.services.policy_drafts import draft_make
from tests.factories import make_account
from tests.registry.test_policies import small_pack, store

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewer(client):
    account = make_account("reviewer")
    client.force_login(account)
    return account


def text_of(data: dict) -> str:
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


def a_draft(actor, data=None) -> PolicyDraft:
    return draft_make(title="试调", text=text_of(data or small_pack()), actor=actor, on=clock.today())


def a_proposal(actor, edition=None, **given) -> PolicyProposal:
    today = clock.today()
    given = {"mode": "internal", "starts_on": today, "reason": "本县执行"} | given
    return adoption_propose(edition=edition or store(small_pack()), actor=actor, on=today, **given)


def url(name: str, draft) -> str:
    return reverse(f"registry:{name}", args=[draft.public_id])


# --- drafts --------------------------------------------------------------------------------------------------------


def test_an_uploaded_draft_is_kept(client, reviewer):
    upload = SimpleUploadedFile("草案.yaml", text_of(small_pack(title="县办法")).encode())
    response = client.post(reverse("registry:draft-new"), {"title": "试调", "file": upload})
    draft = PolicyDraft.objects.get()
    assert response.url == url("draft-detail", draft)
    assert draft_pack(draft).pack.head.title == "县办法"


def test_a_faulty_upload_shows_every_fault_and_keeps_the_text(client, reviewer):
    data = small_pack()
    del data["head"]["issuer"]
    data["lists"][0]["term"]["years"] = "一"
    upload = SimpleUploadedFile("草案.yaml", text_of(data).encode())
    response = client.post(reverse("registry:draft-new"), {"title": "我的试调", "file": upload})
    page = response.content.decode()
    assert response.status_code == 422
    assert "head.issuer：缺少此项，请补上" in page
    assert "lists.0.term.years：应为整数" in page
    assert "我的试调" in page
    assert "演示行为" in page
    assert not PolicyDraft.objects.exists()


def test_a_file_that_is_no_text_is_refused(client, reviewer):
    upload = SimpleUploadedFile("草案.yaml", b"\xff\xfe\x00\xd8")
    response = client.post(reverse("registry:draft-new"), {"title": "试调", "file": upload})
    assert "UTF-8" in response.content.decode()


def test_a_draft_begins_with_a_stored_edition(client, reviewer):
    edition = store(small_pack())
    client.post(reverse("registry:draft-new"), {"title": "试调", "edition": edition.pk})
    assert PolicyDraft.objects.get().content_hash == edition.content_hash


def test_nothing_given_is_told(client, reviewer):
    assert "三者取一" in client.post(reverse("registry:draft-new"), {"title": "试调"}).content.decode()


def test_a_faulty_rewrite_keeps_what_was_typed_and_changes_nothing(client, reviewer):
    draft = a_draft(reviewer)
    typed = draft.text.replace("issuer: 演示县", "issuerr: 演示县")
    response = client.post(url("draft-text", draft), {"text": typed, "version": draft.version})
    page = response.content.decode()
    assert "head.issuerr：没有这样的项" in page
    assert "issuerr: 演示县" in page
    kept = draft.text
    draft.refresh_from_db()
    assert draft.text == kept


def test_the_values_page_lists_each_value_with_clause_and_saves_a_change(client, reviewer):
    draft = a_draft(reviewer)
    page = client.get(url("draft-values", draft)).content.decode()
    assert 'name="value:lists/0/term|lists/0/term/years"' in page
    assert "第三条" in page
    client.post(
        url("draft-values", draft),
        {"version": draft.version, "value:lists/0/term|lists/0/term/years": "2", "reason:lists/0/term": "试行"},
    )
    draft.refresh_from_db()
    term = draft_pack(draft).pack.lists[0].term
    assert (term.years, term.assumed, term.reason) == (2, True, "试行")


def test_a_refused_change_of_values_keeps_what_was_typed(client, reviewer):
    draft = a_draft(reviewer)
    response = client.post(
        url("draft-values", draft),
        {"version": draft.version, "value:lists/0/term|lists/0/term/years": "两", "reason:lists/0/term": "试行两年"},
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert "应为整数" in page
    assert 'value="两"' in page
    assert 'value="试行两年"' in page


def test_a_whole_page_posted_unchanged_changes_nothing(client, reviewer):
    """Every input as the page shows it: only what differs counts, so nothing needs a reason."""
    draft = a_draft(reviewer)
    response = client.get(url("draft-values", draft))
    posted = {"version": draft.version}
    for rows in response.context["sections"].values():
        for row in rows:
            for each in row["fields"]:
                posted[f"value:{row['block'].name}|{each['field'].name}"] = each["shown"]
    assert "没有改动任何数值" in client.post(url("draft-values", draft), posted).content.decode()


def test_a_draft_put_aside_says_so_and_offers_nothing(client, reviewer):
    draft = a_draft(reviewer)
    client.post(url("draft-discard", draft), {"reason": "方案已变", "version": draft.version})
    page = client.get(url("draft-detail", draft)).content.decode()
    assert "方案已变" in page
    assert url("draft-values", draft) not in page


# --- comparison ----------------------------------------------------------------------------------------------------


def test_two_packs_side_by_side_with_clause_and_who_assumed(client, reviewer):
    old = store(small_pack())
    data = small_pack()
    data["lists"][0]["term"] |= {"years": 2, "assumed": True, "reason": "本县试行两年"}
    draft = a_draft(reviewer, data)
    page = client.get(reverse("registry:policy-compare"), {"old": f"e{old.pk}", "new": f"d{draft.pk}"}).content.decode()
    assert "共1处不同" in page
    assert "第三条" in page
    assert "本机关设定：本县试行两年" in page


def test_the_same_pack_twice_differs_in_nothing(client, reviewer):
    old = store(small_pack())
    page = client.get(reverse("registry:policy-compare"), {"old": f"e{old.pk}", "new": f"e{old.pk}"}).content.decode()
    assert "各个数值都相同" in page


# --- adoption ------------------------------------------------------------------------------------------------------


def test_proposing_and_confirming_by_the_pages(client, reviewer):
    edition = store(small_pack())
    given = {"mode": "binding", "starts_on": clock.today().isoformat(), "reason": "本县执行"}
    client.post(reverse("registry:policy-propose", args=[edition.pk]), given)
    proposal = PolicyProposal.objects.get()
    assert not PolicyActivation.objects.exists()
    client.force_login(make_account("approver"))
    page = client.get(url("proposal-detail", proposal)).content.decode()
    assert "国办发〔2020〕49号" in page
    client.post(url("proposal-confirm", proposal), {"note": "", "version": proposal.version})
    assert PolicyActivation.objects.get().mode == "internal"


def test_the_verdict_stands_before_the_proposal_form(client, reviewer):
    page = client.get(reverse("registry:policy-propose", args=[store(small_pack()).pk])).content.decode()
    assert -1 < page.find("国办发〔2020〕49号") < page.find('name="mode"')


def test_the_starting_day_stands_in_its_input(client, reviewer):
    page = client.get(reverse("registry:policy-propose", args=[store(small_pack()).pk])).content.decode()
    assert f'value="{clock.today().isoformat()}"' in page


def test_the_proposers_own_page_offers_no_confirmation_and_refuses_it(client):
    alone = make_account("approver")
    client.force_login(alone)
    proposal = a_proposal(alone)
    assert url("proposal-confirm", proposal) not in client.get(url("proposal-detail", proposal)).content.decode()
    page = client.post(url("proposal-confirm", proposal), {"note": ""}).content.decode()
    assert "您是提出人" in page
    assert not PolicyActivation.objects.exists()


def test_a_stale_proposal_says_so_before_anybody_tries(client, reviewer):
    proposal = a_proposal(reviewer)
    PolicyActivation(policy=store(small_pack(title="二")), mode="internal", starts_on=clock.today()).save_by(
        None, reason="test"
    )
    client.force_login(make_account("approver"))
    page = client.get(url("proposal-detail", proposal)).content.decode()
    assert "不能再确认" in page
    assert "确认启用" not in page


def test_rejecting_without_a_reason_keeps_the_page(client, reviewer):
    proposal = a_proposal(reviewer)
    client.force_login(make_account("approver"))
    assert "驳回提议须写明理由" in client.post(url("proposal-reject", proposal), {"note": ""}).content.decode()


def test_the_list_of_policies_shows_what_waits(client, reviewer):
    proposal = a_proposal(reviewer)
    assert url("proposal-detail", proposal) in client.get(reverse("registry:policy-list")).content.decode()


def queue(account) -> list[str]:
    desk = desk_of(account, clock.today())
    return [item.subject for item in work_items(queue_rows(desk, sources_of(desk), "mine"), desk)]


def test_a_pending_proposal_lies_before_the_other_approver_alone():
    proposer, other, handler = make_account("approver"), make_account("approver"), make_account("handler")
    a_proposal(proposer, starts_on=clock.today() + dt.timedelta(days=3))
    assert [queue(account) for account in (proposer, other, handler)] == [[], ["《演示办法》"], []]
