"""The pages of candidates and cases: what officers see, which way a form goes, what a refusal says."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from registry import clock
from registry.models import OrganizationRole
from registry.services.evidence import attachment_keep_own
from sanctions.models import Candidate, Case
from sanctions.services import cases
from tests.factories import make_account, make_subject
from tests.sanctions.case_world import CaseWorld, a_file, add_penalty

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return CaseWorld(opened=clock.today())


def browser(account):
    client = Client()
    client.force_login(account)
    return client


def candidate_url(candidate, name="candidate-detail"):
    return reverse(f"sanctions:{name}", kwargs={"pk": candidate.pk})


def case_url(case):
    return reverse("sanctions:case-detail", kwargs={"public_id": case.public_id})


def step_url(case, step):
    return reverse("sanctions:case-step", kwargs={"public_id": case.public_id, "step": step})


def text_of(response):
    return response.content.decode()


# --- candidates


def test_the_queue_shows_who_is_due_for_which_list(world):
    world.candidate()
    page = text_of(browser(world.handler).get(reverse("sanctions:candidate-list")))
    assert world.subject.name in page
    assert "安全生产严重失信主体名单" in page


def test_the_queue_says_when_it_is_empty(world):
    page = text_of(browser(world.handler).get(reverse("sanctions:candidate-list"), {"q": "没有这个单位"}))
    assert "没有符合条件的提示" in page


def test_the_queue_finds_by_part_of_the_name(world):
    world.candidate()
    page = text_of(browser(world.handler).get(reverse("sanctions:candidate-list"), {"q": world.subject.name[2:6]}))
    assert world.subject.name in page


def test_the_candidate_page_tells_reasons_clause_and_record(world):
    page = text_of(browser(world.handler).get(candidate_url(world.candidate())))
    assert "第七条第（一）项" in page
    assert world.records[0].number in page


def test_the_candidate_page_offers_only_what_the_role_may(world):
    candidate = world.candidate()
    as_handler = text_of(browser(world.handler).get(candidate_url(candidate)))
    as_reviewer = text_of(browser(world.reviewer).get(candidate_url(candidate)))
    dismiss = candidate_url(candidate, "candidate-dismiss")
    assert candidate_url(candidate, "candidate-open") in as_handler
    assert dismiss not in as_handler
    assert dismiss in as_reviewer


def test_opening_leads_to_the_case(world):
    candidate = world.candidate()
    data = {"handler": "mine", "version": candidate.version}
    response = browser(world.handler).post(candidate_url(candidate, "candidate-open"), data)
    case = Case.objects.get()
    assert response.url == case_url(case)
    assert case.handler == world.handler


def test_a_case_may_be_opened_into_the_unassigned_queue(world):
    candidate = world.candidate()
    browser(world.handler).post(candidate_url(candidate, "candidate-open"), {"handler": "nobody"})
    assert Case.objects.get().handler is None


def test_dismissing_asks_for_a_reason(world):
    candidate = world.candidate()
    response = browser(world.reviewer).post(candidate_url(candidate, "candidate-dismiss"), {"reason": ""})
    assert response.status_code == 422
    assert "提交的内容有误" in text_of(response)


def test_dismissing_closes_the_candidate(world):
    candidate = world.candidate()
    response = browser(world.reviewer).post(candidate_url(candidate, "candidate-dismiss"), {"reason": "情节轻微"})
    assert response.status_code == 302
    assert Candidate.objects.get().state == "dismissed"


# --- the case page


def test_the_case_page_names_the_next_step_and_who_may_do_it(world):
    page = text_of(browser(world.reviewer).get(case_url(world.case("collected"))))
    assert "初审" in page
    assert "审核人员办理" in page


def test_the_case_page_says_why_the_next_step_is_not_open(world):
    page = text_of(browser(world.handler).get(case_url(world.case())))
    assert "案件没有任何证据材料" in page
    assert step_url(Case.objects.get(), "evidence") not in page


def test_the_case_page_tells_the_wrong_role_who_may(world):
    page = text_of(browser(world.publisher).get(case_url(world.case("collected"))))
    assert "您没有这个角色" in page


def test_the_case_page_shows_the_packs_steps_in_order(world):
    page = text_of(browser(world.handler).get(case_url(world.case())))
    labels = ["取证", "初审", "列入前告知", "集体审议", "作出列入决定", "公示"]
    stepper = page.split('class="stepper"')[1].split("</ol>")[0]
    found = [stepper.index(label) for label in labels]
    assert found == sorted(found)


def test_the_case_page_offers_its_documents_for_download(world):
    case = world.case("noticed")
    page = text_of(browser(world.handler).get(case_url(case)))
    attachment = case.documents.get(step="notice").document.attachment
    assert reverse("registry:attachment-download", kwargs={"public_id": attachment.public_id}) in page


def test_the_case_page_shows_the_deadline_with_its_basis(world):
    case = world.case("noticed")
    cases.case_serve(
        case_id=case.pk, served_on=clock.today(), receipt="直接送达", actor=world.handler, on=clock.today()
    )
    page = text_of(browser(world.handler).get(case_url(case)))
    assert "个工作日" in page
    assert "第八条" in page


def test_the_case_page_lists_carried_persons(world):
    person = make_subject("王五", kind="person")
    OrganizationRole(organization=world.subject, person=person, role="principal").save_by(None, reason="test")
    page = text_of(browser(world.handler).get(case_url(world.case())))
    assert "王五" in page
    assert "主要负责人" in page


def queries(client, url):
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    return len(captured)


def test_the_number_of_queries_does_not_grow_with_the_file(world):
    case = world.case("noticed")
    client = browser(world.handler)
    client.get(case_url(case))
    before = queries(client, case_url(case))
    assert before <= 60
    for number in range(3):
        attachment = attachment_keep_own(
            content=str(number).encode(), name=f"{number}.pdf", media_type="application/pdf", actor=None
        )
        case.evidence.create(attachment=attachment, label=f"材料{number}")
    assert queries(client, case_url(case)) == before


def test_the_case_list_takes_the_same_queries_for_one_case_and_for_three(world):
    client = browser(world.handler)
    world.case()
    counts = []
    for _ in range(2):
        counts.append(queries(client, reverse("sanctions:case-list")))
        for _ in range(2):
            person = make_subject(kind="person")
            Case(
                subject=person, number=f"演{person.pk}", policy=world.policy, mode="binding", pack_id=world.pack_id,
                list_code="blacklist", list_label="名单", department=world.office, opened_on=timezone.localdate(),
            ).save_by(None, reason="test")  # fmt: skip
    assert counts[0] == counts[1]


# --- step pages


def test_a_step_by_its_page_moves_the_case(world):
    case = world.case("collected")
    client = browser(world.reviewer)
    page = text_of(client.get(step_url(case, "review")))
    assert f'name="version" value="{case.version}"' in page
    response = client.post(step_url(case, "review"), {"opinion": "同意", "version": case.version})
    case.refresh_from_db()
    assert (response.url, case.state, case.reviewer) == (case_url(case), "reviewed", world.reviewer)


def test_evidence_is_uploaded_from_the_case_page(world):
    case = world.case()
    browser(world.handler).post(step_url(case, "add-evidence"), {"file": a_file(), "label": "现场笔录"})
    assert case.evidence.get().label == "现场笔录"


def test_a_stale_form_is_told_so_and_keeps_what_was_typed(world):
    case = world.case("collected")
    response = browser(world.reviewer).post(
        step_url(case, "review"), {"opinion": "我的意见", "version": case.version - 1}
    )
    assert response.status_code == 422
    assert "已被他人修改" in text_of(response)
    assert "我的意见" in text_of(response)


def test_a_refusal_by_the_service_names_the_missing_condition(world):
    case = world.case("noticed")
    response = browser(world.handler).post(step_url(case, "deliberate"), {"minutes": "一致同意"})
    assert response.status_code == 422
    assert "告知书还没有送达" in text_of(response)


def test_a_field_refused_by_the_service_carries_its_error(world):
    case = world.case("noticed")
    response = browser(world.handler).post(step_url(case, "serve"), {"served_on": "2099-01-01", "receipt": "直接送达"})
    assert response.status_code == 422
    assert "id_served_on_error" in text_of(response)


def test_a_role_that_may_look_but_not_act_is_refused(world):
    case = world.case("collected")
    response = browser(make_account("auditor")).post(step_url(case, "review"), {"opinion": ""})
    case.refresh_from_db()
    assert (response.status_code, case.state) == (422, "collected")
    assert "没有办理这一步的权限" in text_of(response)


def test_an_unknown_step_is_no_page(world):
    assert browser(world.handler).get(step_url(world.case(), "nonsense")).status_code == 404


def test_a_step_that_the_state_does_not_allow_is_explained(world):
    page = text_of(browser(world.publisher).get(step_url(world.case(), "publish")))
    assert "不能办理“公布”" in page


@pytest.mark.parametrize("step", ["decide", "publish"])
def test_an_act_that_cannot_be_undone_names_its_consequence(step):
    state = {"decide": "deliberated", "publish": "decided"}[step]
    world = CaseWorld()
    case = world.case(state)
    who = {"decide": world.approver, "publish": world.publisher}[step]
    page = text_of(browser(who).get(step_url(case, step)))
    assert "callout--danger" in page
    assert "派发到各部门" in page


def test_officers_meet_no_identity_numbers_on_the_pages(world):
    person = make_subject("王五", kind="person", document_masked="110***********1234", document_sealed="gAAAAsealed")
    OrganizationRole(organization=world.subject, person=person, role="principal").save_by(None, reason="test")
    page = text_of(browser(world.handler).get(case_url(world.case())))
    assert "gAAAAsealed" not in page


def test_the_subjects_file_shows_candidates_and_cases(world):
    case = world.case()
    add_penalty(world.subject)
    url = reverse("registry:subject-detail", kwargs={"public_id": world.subject.public_id})
    assert case.number in text_of(browser(world.handler).get(url))
