"""The officers' policy page: every section, marks beside the values, reachable by the keyboard."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from registry import clock
from registry.models import PolicyVersion
from registry.rules.policy.loader import PackLibrary, parse_pack
from registry.rules.policy.sections import sections_of
from registry.selectors.policy_pages import policy_page
from registry.services.policies import packs_load
from tests.factories import make_account
from tests.registry.rules.policy.full_pack import FULL

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 22)


def stored(**changes):
    pack = parse_pack({**FULL, "catalogues": [], **changes}, source="full.yaml")
    packs_load(at=timezone.now(), library=PackLibrary({"full": pack}))
    return PolicyVersion.objects.get(pack_id="full"), pack.pack


@pytest.fixture
def html(client, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    version, _ = stored()
    client.force_login(make_account("auditor"))
    return client.get(reverse("registry:policy-detail", args=[version.pk])).content.decode()


def test_every_cell_clause_and_reason_of_the_pack_stands_on_the_page(html):
    _, pack = stored()
    plain = re.sub(r"\s+", "", html.replace("<br>", "").replace("&lt;", "<"))
    rows = [row for section in sections_of(pack) for row in section.rows()]
    words = {word for row in rows for word in (*row.text.replace("\n", "；").split("；"), row.cited, row.reason)}
    assert len(rows) > 100
    assert [word for word in words if re.sub(r"\s+", "", word) not in plain] == []


def test_the_contents_lead_to_every_section_that_can_take_the_focus(html):
    _, pack = stored()
    links = re.findall(r'<li>\s*<a href="#([a-z_]+)">', html)
    assert links == [*(section.name for section in sections_of(pack)), "assumptions"]
    anchors = re.findall(r'<section class="panel"\s+id="([a-z_]+)"\s+tabindex="-1">', html)
    assert anchors == links


def test_a_measure_that_the_law_does_not_carry_says_so_today_and_not_before_the_notice():
    """国办发〔2020〕49号 is applied from 2020-12-07: a measure without a law beneath it stops on that day."""
    unfounded = {
        "code": "9", "label": "限制贷款", "targets": ["organization"], "force": "recommended", "departments": ["人民银行"],
        "basis": [{"level": "ministry-document", "document": "《某通知》"}], "clause": "h9",
    }  # fmt: skip
    _, pack = stored(measures=[unfounded], matters=[])

    def warnings(day):
        return [row.warning for section in policy_page(pack, day).sections for row in section.rows() if row.warning]

    assert warnings(dt.date(2020, 12, 6)) == []
    (warning,) = warnings(dt.date(2020, 12, 7))
    assert "国办发〔2020〕49号" in warning


def test_assumptions_are_collected_once_each():
    _, pack = stored()
    found = policy_page(pack, TODAY).assumptions
    assert [(row.path, row.reason) for row in found] == [
        ("lists.blacklist.term", "来源未写明"),
        ("lists.blacklist.entry.any.5", "次数待核"),
    ]
