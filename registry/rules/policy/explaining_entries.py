"""Explain entries: in force or not and until when, removal, repair, whether the public may see them."""

import datetime as dt

from .evaluation import Evaluation
from .explaining_repair import repair_node
from .explanation import Explanation, told
from .facts import ListingFact
from .mode import lists_may_be_public
from .publication import is_under_age
from .schema import ListRule
from .standing import ListingState
from .wording import basis_text, day_text, list_label

Day = dt.date
_ONE_DAY = dt.timedelta(days=1)


def entry_nodes(evaluation: Evaluation) -> list[Explanation]:
    """Explain every entry of the history, each with its removal, repair and publication below it."""
    return [_entry(evaluation, listing) for listing in evaluation.history.listings]


def _entry(evaluation: Evaluation, listing: ListingFact) -> Explanation:
    pack, on = evaluation.pack, evaluation.on
    state = evaluation.listings[listing.id]
    rule = pack.lists_by_code.get(listing.list_code)
    label = list_label(pack, listing.list_code) if rule else "原名单"
    left = (state.last_day - on).days + 1 if state.in_force and state.last_day else 0
    return Explanation(
        kind="entry",
        of=listing.id,
        sentence=_entry_sentence(listing, state, label, on, left),
        met=state.in_force,
        clause=rule.clause if rule else "",
        verdict="paused" if state.paused else ("in-force" if state.in_force else "not-in-force"),
        record_ids=listing.grounds,
        missing=left,
        unit="日",
        days={"from": listing.published_on} | ({"last": state.last_day} if state.last_day else {}),
        plain=_entry_plain(listing, state, label),
        children=(
            *_terms(evaluation, listing, state, rule),
            *_removal(evaluation, listing, rule),
            *repair_node(evaluation, listing.id, label),
            _public(evaluation, listing, state, rule, label),
        ),
    )


def _entry_sentence(listing: ListingFact, state: ListingState, label: str, on: Day, left: int) -> str:
    if not state.in_force:
        if listing.published_on > on:
            return f"{label}自{listing.published_on}起生效，{on}尚未生效。"
        return f"{label}（自{listing.published_on}起）不在有效期内，末日为{state.last_day}。"
    until = f"末日为{state.last_day}（含当日，还有{left}日）" if state.last_day else "末日待定"
    paused = "，惩戒措施暂停执行" if state.paused else ""
    return f"{label}自{listing.published_on}起在有效期内，{until}{paused}。"


def _entry_plain(listing: ListingFact, state: ListingState, label: str) -> str:
    since = f"你（单位）自{day_text(listing.published_on)}起列入{label}"
    if not state.in_force:
        return f"{since}，现已不在名单内。" if state.last_day else f"{since}，现不在名单内。"
    until = f"，到{day_text(state.last_day)}为止" if state.last_day else "，终止日期尚未确定"
    return f"{since}{until}{'，措施现暂停执行' if state.paused else ''}。"


def _terms(
    evaluation: Evaluation, listing: ListingFact, state: ListingState, rule: ListRule | None
) -> list[Explanation]:
    pack, on, found = evaluation.pack, evaluation.on, []
    if rule is not None and rule.term is not None:
        counted = rule.term.last_day(listing.published_on)
        found.append(
            told(
                "", "term", on <= (state.last_day or Day.max),
                f"有效期{rule.term.label}，自{listing.published_on}起算到{counted}{basis_text(pack, rule.term.clause)}。",
                rule.term.clause, days={"counted-last": counted}, assumed=rule.term.assumed,
            )
        )  # fmt: skip
    adds = pack.objection.adds_paused_time if pack.objection is not None else None
    for start, end in listing.pauses:
        until = f"{end - _ONE_DAY}" if end < Day.max else "尚未恢复"
        counts = "，暂停的时间计入并顺延末日" if adds is not None and adds.value else "，末日不因此顺延"
        clause = adds.clause if adds is not None else ""
        days = {"from": start} | ({"last": end - _ONE_DAY} if end < Day.max else {})
        found.append(
            told(
                "",
                "pause",
                start <= on < end,
                f"暂停：{start}至{until}{counts}{basis_text(pack, clause)}。",
                clause,
                days=days,
            )
        )
    if listing.ended_on is not None:
        found.append(
            told(
                "", "ended", listing.ended_on <= on, f"已决定提前终止，自{listing.ended_on}起不再在列。",
                days={"ended": listing.ended_on},
            )
        )  # fmt: skip
    return found


def _removal(evaluation: Evaluation, listing: ListingFact, rule: ListRule | None) -> list[Explanation]:
    window = rule.removal if rule is not None else None
    if window is None:
        return []
    pack, on = evaluation.pack, evaluation.on
    period = evaluation.removal.get(listing.id)
    basis = basis_text(pack, window.clause)
    if period is None:
        sentence = f"没有可以申请移出的期间：条目已终止或者末日未定{basis}。"
        return [told("removal", listing.id, False, sentence, window.clause, assumed=window.assumed)]
    how = (
        f"有效期最后{window.last_working_days}个工作日内" if window.last_working_days
        else f"自公布起满{window.after.label if window.after else ''}后"
    )  # fmt: skip
    wait = max(0, (period.apply_from - on).days)
    is_open = period.apply_from <= on <= period.apply_until
    now = "现在可以申请" if is_open else (f"还须等待{wait}日" if wait else "申请期间已过")
    span = f"{day_text(period.apply_from)}至{day_text(period.apply_until)}"
    return [
        told(
            "removal", listing.id, is_open,
            f"{how}可以申请移出，即{period.apply_from}至{period.apply_until}（均含当日），{now}{basis}。", window.clause,
            missing=wait, unit="日", days={"from": period.apply_from, "until": period.apply_until},
            assumed=window.assumed, plain=f"你（单位）可以在{span}之间申请移出名单。",
        )
    ]  # fmt: skip


def _public(
    evaluation: Evaluation, listing: ListingFact, state: ListingState, rule: ListRule | None, label: str
) -> Explanation:
    pack, on, visible = evaluation.pack, evaluation.on, evaluation.public[listing.id]
    rows = []
    if rule is not None:
        is_public = rule.public.value
        says = "向社会公布" if is_public else "不向社会公布"
        rows.append(
            told("", "public-list", is_public, f"{label}按规定{says}{basis_text(pack, rule.public.clause)}。",
                 rule.public.clause, assumed=rule.public.assumed)
        )  # fmt: skip
    is_positive = rule is not None and rule.polarity == "positive"
    young, lawful = is_under_age(evaluation.subject, on), is_positive or lists_may_be_public(pack, on)
    rows += [
        told("", "in-force", state.in_force, f"条目{'在' if state.in_force else '不在'}有效期内。"),
        told("", "of-age", not young, "该人未满18周岁，不得公布。" if young else "不涉及未成年人。"),
        told("", "authority", lawful, "政策的效力足以公开名单。" if lawful else "政策的效力不足以公开名单。"),
    ]
    until = evaluation.public_until.get(listing.id)
    till = f"，最晚公布到{until}" if visible and until else ""
    return told(
        "entry-public", listing.id, visible, f"该条目在{on}{'可以公开' if visible else '不得公开'}{till}。",
        rule.public.clause if rule else "", days={"until": until} if until else {}, children=tuple(rows),
        plain=f"该名单信息{'向社会公布' if visible else '不向社会公布'}。",
    )  # fmt: skip
