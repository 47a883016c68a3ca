"""Components: errors tied to their fields, days left in words, lists that say when they are empty."""

import datetime as dt
from types import SimpleNamespace

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.test import RequestFactory


class SampleForm(forms.Form):
    name = forms.CharField(label="名称", help_text="照执照填写")
    note = forms.CharField(label="备注", required=False)
    choice = forms.ChoiceField(label="种类", widget=forms.RadioSelect, choices=[("a", "甲"), ("b", "乙")])


def one_spaced(html):
    """The formatter of templates may break a tag over lines."""
    return " ".join(html.split())


def component(name, **context):
    return render_to_string(f"components/{name}.html", context, request=RequestFactory().get("/list/?q=x&page=1"))


@pytest.fixture
def invalid():
    return SampleForm({"note": "甲<乙"})


def test_an_error_is_tied_to_its_input(invalid):
    page = component("field", field=invalid["name"])
    assert 'aria-describedby="id_name_helptext id_name_error"' in page
    assert 'id="id_name_error"' in page
    assert 'id="id_name_helptext"' in page
    assert 'aria-invalid="true"' in page


def test_a_label_belongs_to_its_input(invalid):
    assert '<label class="field__label" for="id_name">' in one_spaced(component("field", field=invalid["name"]))


def test_a_required_field_says_so(invalid):
    assert "必填" in component("field", field=invalid["name"])


def test_an_optional_field_does_not(invalid):
    assert "必填" not in component("field", field=invalid["note"])


def test_radio_buttons_stand_in_a_fieldset_with_a_legend(invalid):
    page = component("field", field=invalid["choice"])
    assert "<fieldset" in page
    assert "种类" in page.split("</legend>")[0]


def test_the_summary_links_each_error_to_its_field(invalid):
    page = component("form", form=invalid)
    assert 'href="#id_name"' in page
    assert 'href="#id_choice"' in page
    assert 'id="id_choice"' in page


def test_the_summary_takes_the_focus(invalid):
    assert "autofocus" in component("error_summary", form=invalid)


def test_a_form_without_errors_has_no_summary():
    assert "summary" not in component("form", form=SampleForm())


def test_what_was_typed_stays_and_is_escaped(invalid):
    assert 'value="甲&lt;乙"' in component("form", form=invalid)


def deadline(days_left, **given):
    given = {"is_provisional": False, "basis_text": "", **given}
    return SimpleNamespace(due_on=dt.date(2026, 11, 24), days_left=days_left, **given)


@pytest.mark.parametrize(
    ("days_left", "said"),
    [(-3, "逾期3个工作日"), (0, "今日到期"), (2, "剩2个工作日"), (10, "剩10个工作日")],
)
def test_days_left_are_said_in_words(days_left, said):
    assert said in component("due", deadline=deadline(days_left))


def test_a_provisional_day_is_marked():
    assert "暂定" in component("due", deadline=deadline(2, is_provisional=True))


def test_a_certain_day_is_not_marked():
    assert "暂定" not in component("due", deadline=deadline(2))


def test_the_pager_keeps_the_search():
    page = component("pager", page=Paginator(range(100), 10).page(2))
    assert "q=x&amp;page=3" in page
    assert "第 2 页，共 10 页，100 条" in page


def test_one_page_needs_no_pager():
    assert "下一页" not in component("pager", page=Paginator(range(5), 10).page(1))


def test_an_empty_list_says_so():
    assert "没有案件" in component("empty", text="没有案件")
