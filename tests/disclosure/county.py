"""Builders for disclosure tests: two small packs of our own, a decided case with its entry, a penalty, a permit."""

import datetime as dt
from functools import lru_cache

from django.utils import timezone

from disclosure.models import Publication
from registry import clock
from registry.models import OrganizationRole, PenaltyDetail, PermitDetail, PolicyActivation, PolicyVersion
from registry.rules.policy.loader import PackLibrary, parse_pack
from registry.services.policies import packs_load
from sanctions import signals
from sanctions.models import Case, EntryGround, ListEntry
from tests.factories import make_department, make_record, make_subject

IDENTITY = "110101199003074530"  # check digit right, belongs to nobody known to the tests
MOBILE = "13800001234"

DUAL = {
    "head": {
        "id": "test-dual", "title": "演示双公示通知", "issuer": "演示机关", "document_number": "演示〔2018〕1号",
        "authority": {"level": "ministry-document"}, "domain": "dual-publicity", "region": "全国",
    },
    "deadlines": [
        {"code": "dual-publicity", "label": "双公示", "who": "作出决定的部门", "from": ["decided_on"],
         "working_days": 7, "clause": "第二条"}
    ],
    "publication": {"records": {"of": ["penalty", "permit"], "exempt_procedures": ["summary"],
                                "persons_from_age": 18, "clause": "第三条"}},
}  # fmt: skip

TERMS = {
    "head": {
        "id": "test-terms", "title": "演示公示期限办法", "issuer": "演示机关", "document_number": "演示令1号",
        "authority": {"level": "ministry-rule"}, "domain": "repair", "region": "全国",
    },
    "classes": {
        "ordinary": ["罚款"], "serious": ["责令关闭"], "clause": "第八条",
        "ordinary_fine_from": {"value": 10000, "clause": "第八条"},
        "serious_fine_from": {"value": 1000000, "clause": "第八条"},
    },
    "publication": {"records": {"of": ["penalty"], "clause": "第七条", "classes": [
        {"class": "minor", "public": False, "clause": "第七条"},
        {"class": "ordinary", "public": True, "least": {"months": 3}, "most": {"years": 1}, "clause": "第七条"},
        {"class": "serious", "public": True, "least": {"years": 1}, "most": {"years": 3}, "clause": "第七条"},
    ]}},
}  # fmt: skip

LISTS = {
    "head": {
        "id": "test-lists", "title": "演示严重失信名单管理办法", "issuer": "演示部", "document_number": "演示部令第9号",
        "authority": {"level": "ministry-rule"}, "domain": "work-safety", "region": "全国",
    },
    "items": [{"code": "B1", "label": "无证生产", "clause": "第六条"}],
    "lists": [
        {"code": "blacklist", "label": "安全生产严重失信主体名单", "rank": 2, "clause": "第六条",
         "public": {"value": True, "clause": "第九条"},
         "term": {"years": 3, "from": "publication", "clause": "第十条"},
         "entry": {"item": "B1", "clause": "第六条"},
         "removal": {"last_working_days": 30, "clause": "第十一条"}},
        {"code": "focus", "label": "重点关注名单", "rank": 1, "clause": "第五条",
         "public": {"value": False, "clause": "第五条"},
         "term": {"years": 1, "from": "publication", "clause": "第五条"}},
    ],
    "deadlines": [
        {"code": "objection", "label": "异议处理", "who": "认定部门", "from": ["received_on"], "working_days": 15,
         "clause": "第十三条"}
    ],
    "repair": [{"of": "listing", "lists": ["blacklist"], "conditions": ["corrected", "fulfilled", "commitment"],
                "waits": [{"months": 12, "clause": "第十二条"}], "clause": "第十二条"}],
    "measures": [
        {"code": "1", "label": "限制参加政府采购", "targets": ["organization"], "force": "mandatory",
         "departments": ["财政部"], "clause": "第一项", "lists": ["blacklist"],
         "basis": [{"level": "law", "document": "《政府采购法》", "article": "第二十二条"}]},
        {"code": "2", "label": "加大检查频次", "targets": ["organization"], "force": "recommended",
         "rights_reducing": False, "departments": ["应急管理部"], "clause": "第二项", "lists": ["blacklist"]},
    ],
}  # fmt: skip


@lru_cache(maxsize=4)
def _loaded(name):
    data = {"test-dual": DUAL, "test-terms": TERMS, "test-lists": LISTS}[name]
    return parse_pack(data, source=f"{name}.yaml")


def activate(*names, mode="binding", starts_on=dt.date(2018, 7, 25)):
    """Store and run test packs; return the versions by id."""
    packs_load(at=timezone.now(), library=PackLibrary({name: _loaded(name) for name in names}))
    versions = {version.pack_id: version for version in PolicyVersion.objects.filter(pack_id__in=names)}
    for version in versions.values():
        PolicyActivation(policy=version, mode=mode, starts_on=starts_on).save_by(None, reason="test")
    return versions


def add_person(organization, name="王建国", **fields):
    person = make_subject(name, kind="person", born_on=fields.pop("born_on", dt.date(1990, 3, 7)), **fields)
    OrganizationRole(organization=organization, person=person, role="principal").save_by(None, reason="test")
    return person


def make_penalty(subject, *, procedure="ordinary", kinds=("罚款",), fine=20_000, until=None, **fields):
    record = make_record(subject, **fields)
    PenaltyDetail(
        record=record, procedure=procedure, violation_type="未取得许可从事生产", basis="《安全生产法》第六十条",
        kinds=list(kinds), content=f"罚款{fine}元", fine=fine, authority=record.department.name, published_until=until,
    ).save_by(None, reason="test")  # fmt: skip
    return record


def make_permit(subject, *, valid_until=None, **fields):
    record = make_record(subject, kind="permit", **fields)
    PermitDetail(
        record=record, document_name="安全生产许可证", permit_kind="普通", content="准予生产", valid_until=valid_until,
        authority=record.department.name,
    ).save_by(None, reason="test")  # fmt: skip
    return record


def make_entry(subject, *, version, starts_on, ends_on, department=None, is_public=True, sentences=(), **fields):
    """A case decided and published, with its entry and one ground; no signal is sent."""
    department = department or make_department(name="")
    ground = fields.pop("ground", None) or make_penalty(subject, department=department)
    serial = Case.objects.count() + 1
    case = Case(
        number=f"演立〔2026〕{serial:04d}号", subject=subject, policy=version, mode="binding", pack_id=version.pack_id,
        list_code=fields.get("list_code", "blacklist"), list_label=fields.get("list_label", "安全生产严重失信主体名单"),
        department=department, state="published", opened_on=starts_on, decided_on=starts_on, published_on=starts_on,
        decision_number=fields.pop("decision_number", f"演应急认〔2026〕{serial}号"), sentences=list(sentences),
    ).save_by(None, reason="test")  # fmt: skip
    entry = ListEntry(
        case=case, subject=subject, policy=version, pack_id=version.pack_id, list_code=case.list_code,
        list_label=case.list_label, domain="work-safety", is_public=is_public, department=department, clause="第六条",
        decided_on=starts_on, published_on=starts_on if is_public else None, starts_on=starts_on, ends_on=ends_on,
        term_ends_on=ends_on,
    ).save_by(None, reason="test")  # fmt: skip
    EntryGround.objects.create(entry=entry, record=ground)
    return entry


def make_publication(record, **fields):
    """A publication of a record that is visible from yesterday for a year, with a plain snapshot."""
    on = clock.today()
    given = {
        "kind": record.kind, "subject": record.subject, "object_kind": "registry.record", "object_id": record.pk,
        "department": record.department, "title": f"{record.subject.name}：{record.get_kind_display()}",
        "number_normalized": record.number_normalized, "decided_on": record.decided_on, "published_on": on,
        "visible_from": on - dt.timedelta(days=1), "visible_until": on + dt.timedelta(days=365),
        "snapshot": {"subject": {"name": record.subject.name, "kind": "organization", "uscc": ""},
                     "number": record.number, "department": {"name": record.department.name, "contact": ""}},
    }  # fmt: skip
    return Publication(**given | fields).save_by(None, reason="test")


def open_entry(entry, *, on):
    """Tell disclosure that the entry has taken force, as the sanctions service does."""
    signals.entry_opened.send(sender=ListEntry, entry=entry, actor=None, on=on)


def end_entry(entry, *, ends_on, on, reason="repaired"):
    """End the entry early and tell disclosure, as the sanctions service does."""
    entry.ends_on, entry.end_reason = ends_on, reason
    entry.save_by(None, reason="test")
    signals.entry_ended.send(sender=ListEntry, entry=entry, actor=None, on=on)
