"""How to object and how to get off a list, in sentences, from the pack's own rules and days."""

from datetime import date, timedelta

from registry.rules.calendar import WorkingCalendar
from registry.rules.policy.facts import ListingFact
from registry.rules.policy.procedure import RepairRule
from registry.rules.policy.schema import Pack
from registry.rules.policy.standing import ListingState, removal_period
from registry.rules.policy.wording import clause_text

from .sentences import day_text

CONDITION_LABELS = {
    "corrected": "已经纠正失信行为",
    "fulfilled": "已经履行处罚决定规定的义务",
    "commitment": "提交信用承诺书",
    "training": "提交信用修复培训证明",
    "credit-report": "提交信用报告",
    "public-welfare": "提交参与公益活动的证明",
    "no-new-misconduct": "列入期间没有新的失信行为",
    "no-new-serious-misconduct": "列入期间没有新的严重失信行为",
}
_FREE = "办理异议和修复不收取任何费用。"


def objection_sentences(pack: Pack | None, *, department: str, contact: str) -> list[str]:
    """Say to whom an objection goes, by when it is answered, and which remedies follow."""
    where = f"{department}（{contact}）" if contact else department
    sentences = [f"认为公示内容有误、不完整或者侵害合法权益的，可以向{where}提出异议，核查期间公示页标明“有异议”。"]
    rules = pack.deadline_rules("objection") if pack else ()
    if pack and rules:
        sentences.append(f"异议应在受理之日起{rules[0].amount_label}内答复（{clause_text(pack, rules[0].clause)}）。")
    sentences.append("对异议处理结果不服的，可以向联席会议办公室投诉，也可以依法申请行政复议或者提起行政诉讼。")
    return sentences


def listing_repair_sentences(
    pack: Pack, *, list_code: str, since: date, last_day: date, time: int, calendar: WorkingCalendar
) -> list[str]:
    """Say when and how an entry ends: by its term, by removal on application, by repair. Days are inclusive."""
    sentences = [f"期满自动移出：本条目有效至{day_text(last_day)}，次日起不再公示，无须申请。"]
    rule = pack.lists_by_code.get(list_code)
    listing = ListingFact(id="entry", list_code=list_code, published_on=since, time=time)
    window = removal_period(rule, listing, ListingState(True, False, last_day), calendar) if rule else None
    if window is not None and rule is not None and rule.removal is not None:
        sentences.append(
            f"申请移出：自{day_text(window.apply_from)}起至{day_text(window.apply_until)}可以向认定部门申请"
            f"（{clause_text(pack, rule.removal.clause)}）。"
        )
    repair = next((r for r in pack.repair if r.of == "listing" and (not r.lists or list_code in r.lists)), None)
    if repair is not None:
        sentences.append(_repair_sentence(pack, repair, since, time))
    return [*sentences, _FREE]


def record_repair_sentences(*, department: str, last_day: date | None) -> list[str]:
    """Say how the publication of a penalty or a permit ends."""
    sentences = []
    if last_day is not None:
        sentences.append(f"公示至{day_text(last_day)}止，次日起自动撤下，无须申请。")
    sentences.append(f"已经改正违法行为并履行处罚决定的，可以依法向{department}申请信用修复，提前结束公示。")
    return [*sentences, _FREE]


def _repair_sentence(pack: Pack, rule: RepairRule, since: date, time: int) -> str:
    waits = [wait for wait in rule.waits if wait.time <= time]
    start = ""
    if waits:
        earliest = max(waits, key=lambda wait: wait.time).last_day(since) + timedelta(days=1)
        start = f"自{day_text(earliest)}起，"
    conditions = "、".join(CONDITION_LABELS.get(condition, condition) for condition in rule.conditions)
    needs = f"符合以下条件的：{conditions}，" if conditions else ""
    never = "（情节特别严重的不予修复）" if rule.never_findings else ""
    return f"信用修复：{start}{needs}可以向认定部门申请信用修复，提前移出{never}（{clause_text(pack, rule.clause)}）。"
