"""Forms of commitments: what a form alone refuses."""

from dataclasses import dataclass
from types import SimpleNamespace

from incentives.forms.commitments import DraftForm


@dataclass
class Offered:
    key: str
    rule = SimpleNamespace(label="主动公示")
    basis = "《演示规则》一"


def filled(*keys: str, **given: str) -> DraftForm:
    return DraftForm({"matter": "", **given}, {}, offers=[Offered(key) for key in keys])


def test_nothing_is_drawn_up_by_a_click_alone():
    form = filled("甲|一", "甲|二", key="")
    assert form.fields["key"].choices[0] == ("", "请选择")
    assert set(form.errors) == {"key"}


def test_an_obligation_has_both_words_and_day():
    assert set(filled("甲|一", key="甲|一", what_1="修复护栏").errors) == {"due_1"}
    assert set(filled("甲|一", key="甲|一", due_2="2026-06-08").errors) == {"what_2"}
    form = filled("甲|一", key="甲|一", what_1="修复护栏", due_1="2026-06-08")
    assert form.is_valid()
    assert [what for what, _ in form.obligations()] == ["修复护栏"]


def test_what_was_signed_on_paper_has_name_day_and_scan():
    assert set(filled("甲|一", key="甲|一", is_signed="on").errors) == {"name", "signed_on", "scan"}
