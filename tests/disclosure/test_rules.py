"""Pure rules of disclosure: first sentences, remedies, redaction, and what is to be public for how long."""

import datetime as dt
from decimal import Decimal

import pytest

from disclosure.rules.publicity import publicity_of
from disclosure.rules.redaction import text_redact, yuan_text
from disclosure.rules.remedies import listing_repair_sentences, objection_sentences
from disclosure.rules.sentences import Standing, others_sentence, standing_sentence
from registry.rules.calendar import official_calendar
from registry.rules.policy.facts import PenaltyFact, RecordFact, SubjectFacts
from tests.disclosure import county

DECIDED = dt.date(2026, 5, 20)
ON = dt.date(2026, 5, 25)
DUAL, TERMS, LISTS = (county._loaded(name).pack for name in ("test-dual", "test-terms", "test-lists"))


def penalty(**fields):
    given = {"kinds": ("罚款",), "fine_yuan": Decimal(20_000)} | fields
    return RecordFact(id="p", penalty=PenaltyFact(**given), decided_on=DECIDED)


def ask(record, *packs, subject=None, is_secret=False, valid_until=None, on=ON):
    return publicity_of(packs, record, subject or SubjectFacts(), is_secret=is_secret, valid_until=valid_until, on=on)


def test_sentence_names_list_first_and_last_day():
    standing = Standing("安全生产严重失信主体名单", dt.date(2026, 3, 2), dt.date(2029, 3, 2))
    assert standing_sentence("演示有限公司", [standing]) == (
        "演示有限公司：自2026年3月2日起列入安全生产严重失信主体名单，至2029年3月2日止。"
    )


def test_sentence_of_nobody_listed():
    assert standing_sentence("演示有限公司", []) == "演示有限公司：未被列入任何公开的失信名单。"


def test_sentence_of_two_lists_begins_with_the_earlier():
    later = Standing("乙名单", dt.date(2026, 3, 2), dt.date(2027, 3, 2))
    earlier = Standing("甲名单", dt.date(2025, 1, 6), dt.date(2028, 1, 6))
    assert standing_sentence("某厂", [later, earlier]) == (
        "某厂：自2025年1月6日起列入甲名单，至2028年1月6日止；自2026年3月2日起列入乙名单，至2027年3月2日止。"
    )


def test_sentence_marks_a_disputed_entry():
    standing = Standing("甲名单", dt.date(2026, 3, 2), dt.date(2027, 3, 2), is_disputed=True)
    assert standing_sentence("某厂", [standing]).endswith("至2027年3月2日止（有异议正在核查）。")


def test_other_publications_are_counted_in_words():
    assert others_sentence(penalties=2, permits=1) == "正在公示：行政处罚2件、行政许可1件。"
    assert others_sentence(penalties=0, permits=0) == ""


def test_ordinary_penalty_is_public():
    assert ask(penalty(), DUAL).is_public


def test_no_pack_on_publication_means_not_public():
    assert ask(penalty(), LISTS).code == "no-policy"


def test_summary_procedure_is_exempt():
    assert ask(penalty(procedure="summary"), DUAL).code == "summary-procedure"


def test_secret_is_exempt_whatever_the_packs_say():
    assert ask(penalty(), DUAL, is_secret=True).code == "secret"


@pytest.mark.parametrize(("born_on", "code"), [(dt.date(2008, 5, 21), "minor-person"), (dt.date(2008, 5, 20), "")])
def test_minor_by_the_age_on_the_day_of_the_conduct(born_on, code):
    assert ask(penalty(), DUAL, subject=SubjectFacts(kind="person", born_on=born_on)).code == code


def test_conduct_as_a_minor_stays_hidden_when_decided_later():
    record = RecordFact(id="p", penalty=PenaltyFact(), occurred_on=dt.date(2025, 6, 1), decided_on=DECIDED)
    subject = SubjectFacts(kind="person", born_on=dt.date(2007, 6, 2))
    assert ask(record, DUAL, subject=subject).code == "minor-person"


def test_minor_class_is_not_public_where_a_pack_says_so():
    assert ask(penalty(kinds=("警告",), fine_yuan=None), DUAL, TERMS).code == "class-not-public"


def test_terms_run_from_the_decision():
    answer = ask(penalty(), DUAL, TERMS)
    assert (answer.first_end, answer.last_end) == (dt.date(2026, 8, 20), dt.date(2027, 5, 20))


def test_without_a_term_in_any_pack_no_last_day_is_invented():
    assert ask(penalty(), DUAL).last_end is None


@pytest.mark.parametrize(("on", "code"), [(dt.date(2027, 5, 20), ""), (dt.date(2027, 5, 21), "term-over")])
def test_term_over_is_not_public_any_more(on, code):
    assert ask(penalty(), DUAL, TERMS, on=on).code == code


def test_permit_is_public_while_it_is_valid():
    permit = RecordFact(id="x", permit=True, decided_on=DECIDED)
    assert ask(permit, DUAL, valid_until=dt.date(2029, 5, 19)).last_end == dt.date(2029, 5, 19)


def test_removal_window_is_the_last_thirty_working_days():
    """Counted on the 2024 calendar: Dragon Boat day off on 10 June, so the thirtieth back from 28 June is 17 May."""
    sentences = listing_repair_sentences(
        LISTS, list_code="blacklist", since=dt.date(2023, 6, 28), last_day=dt.date(2024, 6, 28), time=1,
        calendar=official_calendar(),
    )  # fmt: skip
    assert any("自2024年5月17日起至2024年6月28日可以向认定部门申请（第十一条）" in text for text in sentences)


def test_repair_names_earliest_day_conditions_and_clause():
    sentences = listing_repair_sentences(
        LISTS, list_code="blacklist", since=dt.date(2026, 3, 2), last_day=dt.date(2029, 3, 2), time=1,
        calendar=official_calendar(),
    )  # fmt: skip
    (repair,) = [text for text in sentences if text.startswith("信用修复")]
    assert "自2027年3月3日起" in repair
    assert "提交信用承诺书" in repair
    assert repair.endswith("（第十二条）。")


def test_every_remedy_says_that_it_is_free():
    sentences = listing_repair_sentences(
        LISTS, list_code="focus", since=dt.date(2026, 3, 2), last_day=dt.date(2027, 3, 2), time=1,
        calendar=official_calendar(),
    )  # fmt: skip
    assert "不收取任何费用" in sentences[-1]


def test_objection_names_department_contact_and_days():
    text = "".join(objection_sentences(LISTS, department="演示应急管理局", contact="0533-0000000"))
    assert "演示应急管理局（0533-0000000）" in text
    assert "15个工作日内答复（第十三条）" in text


def test_known_names_and_numbers_are_masked_in_texts():
    text = text_redact(f"王建国（{county.IDENTITY}，{county.MOBILE}）指使王建无证生产", ["王建", "王建国"])
    assert text == "王*（110***********4530，138****1234）指使王*无证生产"


@pytest.mark.parametrize(
    ("amount", "text"), [(Decimal("12000"), "12,000元"), (Decimal("0.50"), "0.50元"), (None, ""), (Decimal(0), "")]
)
def test_sums_in_yuan(amount, text):
    assert yuan_text(amount) == text
