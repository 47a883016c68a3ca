"""A decision asked again: the same pack version over the facts of then gives the same answer for ever."""

import datetime as dt
import io
import zipfile

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from credit_site.demonstration.clockwork import pretended
from registry.models import Event, PolicyVersion
from registry.rules.policy.tree_comparing import tree_differences
from registry.services.records import record_void
from sanctions.models import Case, DecisionBasis
from sanctions.selectors.decisions import decided_cases, decision_reproduce
from tests.factories import make_account
from tests.sanctions.case_world import HEARD, OPENED, CaseWorld, add_penalty
from tests.sanctions.listing import make_decided_case

pytestmark = pytest.mark.django_db

LATER = dt.date(2026, 9, 1)


@pytest.fixture
def world():
    with pretended(OPENED):
        return CaseWorld()


@pytest.fixture
def case(world):
    with pretended(OPENED):
        found = world.case("deliberated")
    with pretended(HEARD):
        return world.advance(found, "published")


def again(case: Case):
    return decision_reproduce(decided_cases().get(pk=case.pk))


def command() -> str:
    out = io.StringIO()
    call_command("decisions_reproduce", stdout=out)
    return out.getvalue()


class TestKept:
    def test_the_decision_keeps_version_facts_and_reasons(self, case, world):
        basis = case.basis
        assert (basis.policy_hash, basis.asked_on) == (world.policy.content_hash, OPENED)
        assert [fact["id"] for fact in basis.facts["history"]["records"]] == [str(world.records[0].pk)]
        assert basis.reasons["met"] is True
        assert Event.objects.get(name="case.decide", object_id=case.pk).payload["basis"] == basis.digest

    def test_asked_again_it_is_the_same(self, case):
        assert again(case).verdict == "same"
        assert "一致1件" in command()

    def test_later_facts_do_not_change_it(self, case, world):
        with pretended(LATER):
            add_penalty(world.subject, "B2", decided_on=LATER)
            record_void(record_id=world.records[0].pk, reason="决定撤销", version=None, actor=world.approver, on=LATER)
        assert again(case).verdict == "same"

    @pytest.mark.parametrize("what", ["facts", "reasons"])
    def test_a_change_of_what_was_kept_is_found(self, case, what):
        if what == "facts":
            facts = case.basis.facts
            facts["history"]["records"] = []
            DecisionBasis.objects.filter(case=case).update(facts=facts)
            says = "不再得出应当列入"
        else:
            reasons = case.basis.reasons | {"met": False}
            DecisionBasis.objects.filter(case=case).update(reasons=reasons)
            says = "结论原为不符合，现为符合"
        found = again(case)
        assert found.verdict == "differs"
        assert any(says in line for line in found.differences)
        assert any("摘要不符" in line for line in found.differences)
        with pytest.raises(CommandError, match="不一致1件"):
            command()

    def test_a_changed_policy_text_is_found(self, case, world):
        text = PolicyVersion.objects.get(pk=world.policy.pk).text
        changed = text.replace("未取得许可，或者", "没有取得许可，或者", 1)
        assert changed != text
        PolicyVersion.objects.filter(pk=world.policy.pk).update(text=changed)
        found = again(case)
        assert found.verdict == "differs"
        assert any("政策版本的内容与决定时不同" in line for line in found.differences)

    def test_wording_that_was_improved_is_no_difference(self, case):
        tree = case.basis.reasons
        tree["sentence"] = tree["children"][0]["sentence"] = "旧的说法。"
        assert tree_differences(tree, DecisionBasis.objects.get(case=case).reasons) == []


class TestBeforeFactsWereKept:
    def test_the_row_versions_tell(self, case, world):
        DecisionBasis.objects.all().delete()
        with pretended(LATER):
            record_void(record_id=world.records[0].pk, reason="决定撤销", version=None, actor=world.approver, on=LATER)
        found = again(case)
        assert (found.verdict, found.source) == ("same", "history")

    def test_other_reasons_are_found(self, case):
        DecisionBasis.objects.all().delete()
        case.refresh_from_db()
        case.reasons["children"][0]["met"] = not case.reasons["children"][0]["met"]
        case.save_by(None, reason="test")
        assert again(case).verdict == "differs"

    def test_a_decision_without_reasons_is_not_called_wrong(self):
        case = make_decided_case("mem-2023-11", "blacklist", decided_on=HEARD)
        assert again(case).verdict == "nothing-kept"
        assert "没有保存依据1件" in command()


class TestPagesAndPapers:
    def page(self, client, case, name, *args):
        client.force_login(make_account("auditor"))
        return client.get(reverse(name, args=args)).content.decode()

    def test_the_case_and_the_entry_say_whether_it_is_the_same(self, client, case):
        html = self.page(client, case, "sanctions:case-detail", case.public_id)
        assert "用决定时的政策版本和事实重新评估" in html
        assert "一致" in html
        entry = self.page(client, case, "sanctions:entry-detail", case.entry.public_id)
        assert "用决定时的政策版本和事实重新评估" in entry

    def test_a_department_is_not_told(self, client, case):
        account = make_account("department", department=case.department)
        client.force_login(account)
        html = client.get(reverse("sanctions:entry-detail", args=[case.entry.public_id])).content.decode()
        assert "重新评估" not in html

    def test_candidate_and_open_case_preview_the_subjects_words(self, client, world):
        with pretended(OPENED):
            candidate = world.candidate()
            html = self.page(client, None, "sanctions:candidate-detail", candidate.pk)
            assert "因此，你（单位）符合列入安全生产严重失信主体名单的条件。" in html
            case = world.case()
            html = self.page(client, None, "sanctions:case-detail", case.public_id)
            assert "因此，你（单位）符合列入安全生产严重失信主体名单的条件。" in html

    @pytest.mark.parametrize("step", ["notice", "decide"])
    def test_the_papers_speak_plainly(self, case, step):
        document = case.documents.get(step=step).document
        with document.attachment.file.open("rb") as stream:
            text = zipfile.ZipFile(io.BytesIO(stream.read())).read("word/document.xml").decode()
        assert "2026年5月20日因" in text
        assert "《安全生产严重失信主体名单管理办法》第七条第（一）项" in text
        assert "满12个月后，可以申请提前移出名单" in text
