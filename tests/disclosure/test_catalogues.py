"""The three public catalogues: what runs stands in them with its clause, what is internal is marked, files are safe."""

import csv
import datetime as dt
import io
import json
import re

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from registry import clock
from registry.models import PolicyActivation, PolicyVersion
from registry.rules.policy.loader import PackLibrary, parse_pack
from registry.services.policies import packs_load
from tests.disclosure import county
from tests.registry.rules.policy.full_pack import FULL

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _fixed_day(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: TODAY)


def run_full(mode="binding", **changes):
    """Store and run the pack that fills every section; it rests on a law, so it may bind."""
    data = {**FULL, "catalogues": [], **changes}
    packs_load(at=timezone.now(), library=PackLibrary({"full": parse_pack(data, source="full.yaml")}))
    version = PolicyVersion.objects.get(pack_id="full")
    PolicyActivation(policy=version, mode=mode, starts_on=dt.date(2021, 1, 1)).save_by(None, reason="test")


def text(client, name, **query):
    return client.get(reverse(f"disclosure:{name}"), query).content.decode()


def rows_of(client, catalogue):
    response = client.get(reverse("disclosure:catalogue-file", args=[catalogue, "json"]))
    return json.loads(response.content)["rows"]


def part(html, anchor):
    """The section of a page that has this anchor."""
    found = re.search(rf'<section class="panel"\s+id="{re.escape(anchor)}".*?</section>', html, re.DOTALL)
    return found.group() if found else ""


def test_a_list_stands_with_its_conditions_clauses_term_and_assumption(client):
    run_full()
    section = part(text(client, "list-catalogue"), "full.blacklist")
    wanted = (
        "样例黑名单",
        "经认定性质恶劣",
        "（d7）",
        "1年2个月3日，自公布之日起算",
        "d3",
        "假定",
        "来源未写明",
        "公布名单",
    )
    assert [word for word in wanted if word not in section] == []


def test_a_list_that_the_policy_keeps_unpublished_is_marked(client):
    run_full()
    assert "不公开名单" in part(text(client, "list-catalogue"), "full.focus")
    assert {each["名单"]: each["公开"] for each in rows_of(client, "lists")} == {
        "样例黑名单": "公布名单",
        "样例关注名单": "不公开名单",
    }


def test_under_internal_grading_no_list_is_called_public(client):
    run_full(mode="internal")
    assert {each["公开"] for each in rows_of(client, "lists")} == {"不公开名单（仅作内部分级）"}
    assert "名单上的单位和个人不公开" in part(text(client, "list-catalogue"), "full.blacklist")


def test_measures_stand_under_their_force_with_basis_and_matter(client):
    run_full()
    html = text(client, "measures")
    assert "限制采购" in part(html, "mandatory")
    assert "《中华人民共和国政府采购法》第二十二条（法律）" in part(html, "mandatory")
    assert "政府采购" in part(html, "mandatory")
    assert "约谈" in part(html, "recommended")
    assert "优先办理" in part(html, "incentive")
    assert part(html, "refused") == ""


def test_under_internal_grading_measures_that_reduce_rights_are_refused(client):
    run_full(mode="internal")
    html = text(client, "measures")
    assert "限制采购" in part(html, "refused")
    assert "限制采购" not in part(html, "mandatory")
    assert "约谈" in part(html, "recommended")


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, ["约谈", "限制采购", "优先办理"]),
        ({"department": "财政部"}, ["限制采购"]),
        ({"matter": "政府采购"}, ["限制采购", "优先办理"]),
        ({"department": "各部门", "matter": "政府采购"}, ["优先办理"]),
        ({"department": "没有这个部门"}, []),
    ],
)
def test_measures_are_filtered_by_department_and_matter(client, query, shown):
    run_full()
    html = text(client, "measures", **query)
    found = {
        word
        for anchor in ("mandatory", "recommended", "incentive")
        for word in ("约谈", "限制采购", "优先办理")
        if word in part(html, anchor)
    }
    assert found == set(shown)
    assert f"共 {len(shown)} 项" in html


def test_a_filter_typed_by_a_stranger_is_shown_as_text(client):
    run_full()
    assert "<script>" not in text(client, "measures", department="<script>alert(1)</script>")


def test_a_matter_stands_with_its_clause_departments_and_measures(client):
    run_full()
    (row,) = rows_of(client, "matters")
    assert row["事项"] == "政府采购"
    assert row["查询依据"] == "《样例办法》j1"
    assert row["办理部门"] == "财政部、各部门"
    assert row["挂接的措施"] == "限制采购（《样例办法》h1）\n优先办理（《样例办法》i1）"
    assert "限制采购" in text(client, "matters")


def test_a_matter_of_one_document_does_not_name_that_of_another(client):
    """The common name of a code comes before what another field calls it."""
    run_full(
        matters=[{"code": "procurement", "label": "政府采购", "departments": ["财政部"], "clause": "j1"},
                 {"code": "awards", "label": "样例领域评优", "departments": ["财政部"], "clause": "j2"}],
    )  # fmt: skip
    other = {
        **county.LISTS, "measures": [{**county.LISTS["measures"][1], "matters": ["awards"]}],
    }  # fmt: skip
    packs_load(at=timezone.now(), library=PackLibrary({"test-lists": parse_pack(other, source="lists.yaml")}))
    version = PolicyVersion.objects.get(pack_id="test-lists")
    PolicyActivation(policy=version, mode="binding", starts_on=dt.date(2021, 1, 1)).save_by(None, reason="test")
    attached = {row["事项"]: row["挂接的措施"] for row in rows_of(client, "matters")}
    assert attached["样例领域评优"] == ""
    assert attached["评先评优、表彰奖励"] == "加大检查频次（《演示严重失信名单管理办法》第二项）"


def test_sub_items_stand_under_their_measure(client):
    run_full()
    assert "暂停采购（个人）" in part(text(client, "measures"), "mandatory")
    assert rows_of(client, "measures")[0]["措施"] == "限制采购\n暂停采购（个人）"


def test_a_measure_that_may_not_be_carried_out_is_attached_to_no_matter(client):
    run_full(mode="internal")
    (row,) = rows_of(client, "matters")
    assert row["挂接的措施"] == "优先办理（《样例办法》i1）"


def test_policies_say_how_they_run_and_why(client):
    run_full(mode="internal")
    (row,) = rows_of(client, "policies")
    assert row["本县执行方式"] == "仅作内部分级"
    assert "本县决定只用于内部分级和提醒" in row["理由"]
    assert row["最后有效日"] == "2030-01-31"
    html = text(client, "policies")
    assert "仅作内部分级" in html
    assert "本县自 2021-01-01 执行" in html
    assert "个值由本县暂定" in html


def test_a_policy_without_authority_names_the_rule_that_stops_it(client):
    head = {**FULL["head"], "authority": {"level": "local-document"}}
    run_full(head=head)
    (row,) = rows_of(client, "policies")
    assert row["本县执行方式"] == "仅作内部分级"
    assert "国办发〔2020〕49号" in row["理由"]


def test_nothing_runs_nothing_is_claimed(client):
    for name, said in (
        ("policies", "目前没有启用的政策"), ("list-catalogue", "目前没有任何名单"), ("measures", "没有强制性措施"),
        ("matters", "目前没有要查询名单的事项"),
    ):  # fmt: skip
        assert said in text(client, name)
    assert rows_of(client, "lists") == []


@pytest.mark.parametrize("catalogue", ["policies", "lists", "measures", "matters"])
def test_files_hold_the_same_rows_in_every_format(client, catalogue):
    run_full()
    plain = [list(row.values()) for row in rows_of(client, catalogue)]
    assert plain

    comma = client.get(reverse("disclosure:catalogue-file", args=[catalogue, "csv"]))
    (_, *lines) = csv.reader(io.StringIO(b"".join(comma.streaming_content).decode("utf-8-sig")))
    assert lines == plain
    sheet = client.get(reverse("disclosure:catalogue-file", args=[catalogue, "xlsx"]))
    (_, *cells) = openpyxl.load_workbook(io.BytesIO(b"".join(sheet.streaming_content))).active.iter_rows(
        values_only=True
    )
    assert [[cell or "" for cell in row] for row in cells] == plain


def test_no_spreadsheet_runs_a_label_as_a_formula(client):
    matters = [{"code": "procurement", "label": "=1+1", "departments": ["@财政部"], "clause": "j1"}]
    run_full(matters=matters)
    response = client.get(reverse("disclosure:catalogue-file", args=["matters", "csv"]))
    (_, row) = csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig")))
    assert (row[0], row[1][:5]) == ("'=1+1", "'@财政部")
    sheet = client.get(reverse("disclosure:catalogue-file", args=["matters", "xlsx"]))
    cell = openpyxl.load_workbook(io.BytesIO(b"".join(sheet.streaming_content))).active["A2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


@pytest.mark.parametrize("name", ["lists.pdf", "people.csv", "lists.CSV"])
def test_another_catalogue_or_format_is_not_there(client, name):
    assert client.get(f"/policies/catalogues/{name}").status_code == 404


def test_files_may_be_kept_for_some_minutes_and_set_no_cookie(client):
    response = client.get(reverse("disclosure:catalogue-file", args=["lists", "json"]))
    assert response["Cache-Control"] == "public, max-age=300"
    assert not response.cookies


def test_an_expired_policy_leaves_the_catalogues(client, monkeypatch):
    """The sample is in force until 2030-01-31, that day included."""
    run_full()
    monkeypatch.setattr(clock, "today", lambda: dt.date(2030, 1, 31))
    assert len(rows_of(client, "lists")) == 2
    monkeypatch.setattr(clock, "today", lambda: dt.date(2030, 2, 1))
    assert rows_of(client, "lists") == []


def test_the_public_policy_page_shows_every_section_with_a_table_of_contents(client):
    run_full()
    html = client.get(reverse("disclosure:policy", args=["full"])).content.decode()
    targets = re.findall(r'<li>\s*<a href="#([a-z_]+)">', html)
    assert len(targets) > 20
    assert [target for target in targets if f'id="{target}"' not in html] == []


def test_an_internal_policy_names_no_public_list(client):
    county.activate("test-lists", mode="internal")
    html = client.get(reverse("disclosure:policy", args=["test-lists"])).content.decode()
    assert "其中的名单不公开" in html
