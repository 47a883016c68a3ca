"""A pack that uses every key of the schema, made up for tests; and one that stands on another."""

from typing import Any

_BASIS = [{"level": "law", "document": "《中华人民共和国政府采购法》", "article": "第二十二条"}]
_ASSUMED = {"assumed": True, "reason": "来源未写明"}
_YEAR = {"kind": "lookback", "period": {"years": 1}}


def _flag(clause: str, value: bool = True) -> dict[str, Any]:
    return {"value": value, "clause": clause}


FULL: dict[str, Any] = {
    "head": {
        "id": "full", "title": "样例办法", "issuer": "样例机关", "document_number": "样例〔2020〕1号", "issued_on": "2020-01-02",
        "authority": {"level": "ministry-document", "rests_on": [{"level": "law", "document": "《样例法》", "article": "第一条"}]},
        "in_force_from": "2020-02-01", "in_force_until": "2030-01-31", "supersedes": ["older"], "superseded_by": "newer",
        "domain": "work-safety", "region": "样例县", "clause_style": "plain", "note": "样例说明",
        "scope": {
            "kinds": ["organization", "person"],
            "sectors": {"values": ["mine"], "label": "矿山", "clause": "a1"}, "minimum_age": {"value": 18, "clause": "a2"},
        },
    },
    "items": [
        {"code": f"I{number}", "label": f"行为之{number}", "clause": f"b{number}", "severity": "minor", "points": number}
        for number in range(1, 6)
    ],
    "points": {"window": _YEAR, "most": 12, "same_item_reaches_most": 3, "clause": "c1"},
    "lists": [
        {
            "code": "blacklist", "label": "样例黑名单", "polarity": "negative", "rank": 2, "clause": "d1", "public": _flag("d2"),
            "term": {"years": 1, "months": 2, "days": 3, "from": "publication", "clause": "d3", **_ASSUMED},
            "needs_penalty": _flag("d4"),
            "removal": {"last_working_days": 30, "conditions": ["corrected"], "takes_effect_last_working_days": 7, "clause": "d5"},
            "persons": {"roles": ["principal"], "clause": "d6"},
            "entry": {"clause": "d7", "any": [
                {"item": ["I1", "I2", "I3", "I4"], "findings": ["egregious"]},
                {"accident": {"at_least": "larger", "fatal": True, "injuring": False, "liable": True}, "findings": ["egregious"]},
                {"accident": {"exactly": "ordinary", "injuring": True}},
                {"finding": "egregious"},
                {"penalty": {"kinds": ["罚款"], "fine_at_least": 5000}},
                {"count": {"of": {"item": "I1"}, "at_least": 3, "window": _YEAR}, "label": "样例自己的话", "assumed": True, "reason": "次数待核"},
                {"same_item": {"of": ["I1", "I2"], "at_least": 2, "window": {"kind": "span", "period": {"months": 7}}}},
                {"during": {"list": "focus", "of": {"item": "I5"}}},
                {"all": [{"standing": "focus"}, {"on_list": "focus"}, {"not": {"clean": {"years": 3}}}]},
                {"points": {"at_least": 10}},
                {"domains": 3},
            ]},
        },
        {
            "code": "focus", "label": "样例关注名单", "polarity": "positive", "rank": 1, "clause": "d8", "public": _flag("d9", False),
            "removal": {"after": {"months": 6}, "clause": "d10"},
        },
    ],
    "highest_list_only": _flag("e1"),
    "heavier_from_domains": {"value": 3, "clause": "e2"},
    "procedure": [{"code": "notice", "label": "告知", "who": "样例科", "deadline": "defence", "document": "告知书", "clause": "f1"}],
    "deadlines": [
        {"code": "defence", "label": "申辩", "who": "当事人", "from": ["served_on"], "working_days": 5, "extendable_working_days": 3, "clause": "g1"},
        {"code": "review", "label": "复核", "who": "样例科", "from": ["received_on", "accepted_on"], "period": {"days": 20}, "clause": "g2"},
    ],
    "measures": [
        {
            "code": "1", "label": "限制采购", "targets": ["organization"], "rights_reducing": True, "force": "mandatory",
            "departments": ["财政部"], "basis": _BASIS, "matters": ["procurement"], "lists": ["blacklist"], "domains": ["work-safety"],
            "parts": [{"code": "1.1", "label": "暂停采购", "targets": ["person"], "rights_reducing": False, "clause": "h2"}],
            "restraint": "market", "term": {"years": 2, "clause": "h3"}, "roles": ["principal"], "items": ["I5"], "clause": "h1",
        },
        {"code": "2", "label": "约谈", "targets": ["organization"], "rights_reducing": False, "force": "recommended",
            "basis": _BASIS, "departments": ["应急管理部"], "clause": "h4"},
    ],
    "incentives": [
        {
            "code": "J1", "label": "优先办理", "targets": ["organization"], "departments": ["各部门"], "force": "recommended",
            "basis": _BASIS, "matters": ["procurement"], "lists": ["focus"], "clause": "i1",
        }
    ],
    "matters": [{"code": "procurement", "label": "政府采购", "departments": ["财政部"], "clause": "j1"}],
    "catalogues": ["memo-2016-1001"],
    "publication": {
        "records": {
            "of": ["penalty"], "exempt_procedures": ["summary"], "persons_from_age": 16, "stays_while_uncorrected": True, "clause": "k1",
            "classes": [{"class": "serious", "public": True, "least": {"months": 3}, "most": {"years": 1}, "repairable": True, "clause": "k2"}],
        },
        "channels": ["样例网站"],
        "exemptions": [{"code": "secret", "label": "国家秘密", "clause": "k3"}],
    },
    "classes": {
        "ordinary": ["罚款"], "serious": ["责令关闭"], "summary_is_minor": True, "clause": "l1",
        "ordinary_fine_from": {"value": 10000, "clause": "l2"}, "serious_fine_from": {"value": 50000, "clause": "l3"},
    },
    "repair": [
        {
            "of": "listing", "classes": ["serious"], "kinds": ["organization"], "lists": ["blacklist"], "conditions": ["corrected"], "clause": "m1",
            "waits": [{"months": 6, "time": 2, "clause": "m2"}], "never_findings": ["egregious"], "by": "认定部门",
            "substitutes": [{"document": "public-welfare", "stands_for": "corrected", "clause": "m3"}],
            "note_public": _flag("m4"), "free": _flag("m5"), "false_papers_bar": {"years": 3, "clause": "m6"},
        }
    ],
    "objection": {
        "to": "认定部门", "pauses_measures": _flag("n2"), "adds_paused_time": _flag("n3"), "marks_disputed": _flag("n4"),
        "complaint": {"to": "联席会议办公室", "experts_drawn": True, "clause": "n5"}, "restores": _flag("n6"), "clause": "n1",
    },
    "honour": {
        "list": "focus", "needs": "all", "clause": "o1", "nominators": ["行业协会"],
        "publicity_working_days": {"value": 7, "clause": "o2"}, "ended_by_breach": _flag("o3"),
        "reapply_before": {"months": 1, "clause": "o4"},
        "criteria": [
            {"code": "o5", "label": "没有事故", "clause": "o5", "condition": {"none": {"of": {"accident": {}}, "within": {"years": 2}}}},
            {"code": "o6", "label": "荣誉", "clause": "o6", "condition": {"honour": ["o6"]}},
            {"code": "o7", "label": "交承诺书", "clause": "o7", "condition": {"document": ["commitment"]}},
        ],
    },
    "green_channel": {"condition": {"standardisation": ["1"]}, "missing_papers": True, "clause": "p1"},
    "commitments": [
        {
            "code": "safety", "label": "安全承诺", "public": True, "kinds": ["organization"], "signed_by": ["principal"],
            "guarantees": ["守法经营"], "term": {"years": 1, "clause": "q2"}, "breach_item": "I3", "breach": "取消资格", "clause": "q1",
        }
    ],
    "tiers": [
        {
            "code": "T1", "label": "甲类", "draw_percent_least": 5, "draw_percent": 10, "yearly_cap": 1, "frequency": "不主动检查",
            "newcomer": True, "condition": {"risk": ["low"]}, "clause": "r1",
        }
    ],
    "inspection_caps": [{"code": "K1", "label": "矿山", "sectors": ["mine"], "by_grade": [{"grade": "1", "most": 2}], "clause": "s1"}],
    "remedies": [{"code": "suit", "label": "提起诉讼", "to": "人民法院", "within": {"months": 6}, "clause": "t1"}],
    "duties": [{"code": "check", "label": "查询名单", "who": "各部门", "when": "审批时", "clause": "u1"}],
    "reports": [{"code": "monthly", "label": "月报", "to": "市局", "every": "month", "day": 10, "clause": "v1"}],
}  # fmt: skip

# As the loader leaves it: the term stands in the national pack.
INHERITED: dict[str, Any] = {
    "head": {"id": "county", "title": "县办法", "issuer": "县", "authority": {"level": "local-document"}, "domain": "credit", "region": "县"},
    "extends": "nation",
    "origins": {"lists.blacklist.term": "nation"},
    "lists": [{
        "code": "blacklist", "label": "黑名单", "rank": 1, "clause": "1", "public": _flag("2"),
        "term": {"years": 1, "from": "publication", "clause": "3"},
    }],
}  # fmt: skip
