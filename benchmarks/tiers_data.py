"""What `benchmarks/tiers.py` adds to the synthetic county: what tiers ask of subjects, a pack of 20 rules, changed facts."""

import datetime as dt
import hashlib
import random
from typing import Any

import yaml
from django.db import connection
from django.utils import timezone

from incentives.models import TierMark
from registry.models import PolicyVersion
from registry.rules.policy.loader import parse_pack
from registry.services.policies import policy_activate

COUNTY, RULES = "county-default", "bench-rules"
_YEAR = {"kind": "lookback", "period": {"years": 1}}


def subjects_equip() -> None:
    """Give organisations a risk level and a standardisation grade by rule; one in ten lacks either."""
    with connection.cursor() as cursor:
        cursor.execute("""UPDATE registry_subject SET
            risk = (ARRAY['low', 'low', 'low', 'ordinary', 'ordinary', 'ordinary', 'larger', 'larger', 'major', ''])[1 + id % 10],
            standardisation = (ARRAY[1, 2, 2, 3, 3, 3, 1, 2, 3, NULL])[1 + id / 10 % 10] WHERE kind = 'organization'""")
        for table in ("registry_subject", "registry_penaltydetail"):
            cursor.execute(f"VACUUM ANALYZE {table}")


def _count(of: dict[str, Any], least: int, window: dict[str, Any]) -> dict[str, Any]:
    return {"count": {"of": of, "at_least": least, "window": window}}


def twenty_rules() -> dict[str, Any]:
    """A pack of 20 rules: counts, sums, windows of every kind, accidents, lists, and good standing."""
    items = [{"code": code, "label": code, "clause": "1", "points": points}
             for code, points in (("minor", 1), ("moderate", 3), ("severe", 6))]  # fmt: skip
    half, three = {"kind": "lookback", "period": {"months": 6}}, {"kind": "lookback", "period": {"years": 3}}
    span = {"kind": "span", "period": {"months": 3}}
    grave = [
        {"accident": {"at_least": "major"}}, _count({"accident": {"at_least": "larger"}}, 1, three),
        _count({"accident": {"fatal": True}}, 2, three), _count({"penalty": {}}, 8, _YEAR), {"points": {"at_least": 24}},
        {"same_item": {"of": ["severe"], "at_least": 2, "window": _YEAR}}, {"domains": 2}, {"on_list": ["yellow"]},
    ]  # fmt: skip
    serious = [
        _count({"accident": {}}, 1, _YEAR), _count({"penalty": {}}, 4, half), {"points": {"at_least": 12}},
        _count({"item": ["severe"]}, 1, _YEAR), _count({"item": ["moderate", "severe"]}, 3, span),
        {"all": [{"risk": ["major"]}, {"not": {"clean": {"years": 1}}}]},
        _count({"penalty": {}}, 2, {"kind": "calendar_year"}),
    ]  # fmt: skip
    good = [
        {"clean": {"years": 2}}, {"none": {"of": {"accident": {}}, "within": {"years": 3}}}, {"risk": ["low", "ordinary"]},
        {"standardisation": ["1", "2"]}, {"not": {"domains": 1}},
    ]  # fmt: skip
    tiers: list[tuple[str, dict[str, Any] | None]] = [
        ("D", {"any": grave}),
        ("C", {"any": serious}),
        ("A", {"all": good}),
        ("B", None),
    ]
    return {
        "head": {"id": RULES, "title": "演示二十条", "issuer": "演示", "authority": {"level": "local-document"},
                 "domain": "bench", "region": "演示", "clause_style": "plain"},
        "items": items, "points": {"window": _YEAR, "clause": "1"},
        "lists": [{"code": "yellow", "label": "黄色名单", "clause": "1", "rank": 1, "public": {"value": False, "clause": "1"},
                   "term": {"years": 1, "from": "publication", "clause": "1"}}],
        "tiers": [{"code": code, "label": code, "clause": "1", **({"condition": {**each, "clause": "1"}} if each else {})}
                  for code, each in tiers]
        + [{"code": "pending", "label": "待评定", "clause": "1", "newcomer": True}],
    }  # fmt: skip


def rules_activate(on: dt.date) -> PolicyVersion:
    """Store the 20 rules, classify the county's records under them, and put them in use before every other pack."""
    source = twenty_rules()
    loaded = parse_pack(source, source=RULES)
    text = yaml.safe_dump(source, allow_unicode=True)
    version = PolicyVersion.objects.create(
        pack_id=RULES, content_hash=loaded.content_hash or hashlib.sha256(text.encode()).hexdigest(), title="演示二十条",
        issuer="演示", authority="local-document", text=text, loaded_at=timezone.now(),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO registry_recorditem (version, pack_id, code, record_id)
            SELECT 1, %s, code, record_id FROM registry_recorditem WHERE pack_id = 'nanning-urban'""",
            [RULES],
        )
        cursor.execute("VACUUM ANALYZE registry_recorditem")
    policy_activate(version=version, mode="internal", actor=None, on=on)
    return version


def rules_remove() -> None:
    """Take away what an earlier run left: tiers, and the 20 rules."""
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE incentives_tierassessment, incentives_tiermark, incentives_tierrun, incentives_tierungraded"
        )
        cursor.execute("DELETE FROM registry_recorditem WHERE pack_id = %s", [RULES])
        cursor.execute(
            """DELETE FROM registry_policyactivation WHERE policy_id IN (
                SELECT id FROM registry_policyversion WHERE pack_id = %s)""",
            [RULES],
        )
        cursor.execute("DELETE FROM registry_policyversion WHERE pack_id = %s", [RULES])


def facts_change(number: int, on: dt.date, seed: int) -> None:
    """Add, void, repair, dispute and re-date records of `number` subjects and re-rate some, with the marks that services
    leave beside them; decisions and ends may lie some days ahead."""
    chance = random.Random(seed)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM registry_subject WHERE kind = 'organization' AND status = 'active' "
                       "ORDER BY md5(id::text || %s) LIMIT %s", [str(seed), number])  # fmt: skip
        ids = [row[0] for row in cursor.fetchall()]
        for pk in ids:
            _change(cursor, pk, on, chance)
    TierMark.objects.bulk_create(
        [TierMark(subject_id=pk, cause="记录变动：演示", marked_on=on) for pk in ids], update_conflicts=True,
        unique_fields=["subject"], update_fields=["cause", "token", "marked_on"],
    )  # fmt: skip


def _change(cursor: Any, pk: int, on: dt.date, chance: random.Random) -> None:
    what, day = chance.randrange(6), on + dt.timedelta(days=chance.choice([0, 0, 0, 1, 5]))
    one = "id = (SELECT MAX(id) FROM registry_record WHERE subject_id = %s)"
    if what <= 1:
        cursor.execute(
            """INSERT INTO registry_record (version, public_id, kind, state, number, number_normalized, title, facts,
                occurred_on, decided_on, recorded_at, void_reason, is_secret, is_classified, department_id, subject_id)
            SELECT 1, gen_random_uuid(), %s, 'confirmed', '', '', '演示', '', %s, %s, now(), '', false, true,
                (SELECT MIN(id) FROM registry_department), %s""",
            [chance.choice(["penalty", "misconduct", "permit"]), day, day - dt.timedelta(days=chance.choice([0, 0, 300, 730])), pk],
        )  # fmt: skip
    elif what == 2:
        cursor.execute(f"UPDATE registry_record SET voided_on = %s, state = 'voided' WHERE {one}", [day, pk])
    elif what == 3:
        cursor.execute(f"UPDATE registry_record SET repaired_on = %s WHERE {one} AND state <> 'voided'", [day, pk])
    elif what == 4:
        cursor.execute(f"UPDATE registry_record SET disputed_on = %s WHERE {one} AND state <> 'voided'", [day, pk])
    else:
        cursor.execute("UPDATE registry_subject SET risk = %s WHERE id = %s", [chance.choice(["low", "major", ""]), pk])


__all__ = ["COUNTY", "RULES", "facts_change", "rules_activate", "rules_remove", "subjects_equip", "twenty_rules"]
