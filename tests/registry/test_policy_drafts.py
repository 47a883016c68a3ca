"""Drafts: kept only when of the form, every fault named with its way out, changed values marked with their reason."""

import pytest
import yaml

from registry.base.errors import Conflict, InvalidInput, NotAllowed, TransitionRefused
from registry.models import Event, PolicyDraft, PolicyVersion
from registry.rules.policy.drafting import BlockChange, blocks_of, with_values
from registry.rules.policy.loader import load_packs, parse_pack
from registry.rules.policy.wording import condition_text
from registry.selectors.policies import packs_active
from registry.selectors.policy_drafts import draft_pack
from registry.services.policies import packs_load
from registry.services.policy_drafts import (
    DraftRefused,
    draft_discard,
    draft_from_edition,
    draft_make,
    draft_rewrite,
    draft_values_change,
)
from tests.factories import make_account
from tests.registry.test_policies import DAY, NOW, small_pack, store

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return make_account("reviewer")


def text_of(data: dict) -> str:
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


def make(officer, data=None, text=None):
    return draft_make(title="试调", text=text or text_of(data or small_pack()), actor=officer, on=DAY)


def problems(call) -> list[str]:
    with pytest.raises(DraftRefused) as refusal:
        call()
    return list(refusal.value.problems)


def change(draft, officer, block, values, reason="本县事故多发，从严试行", clause=""):
    names = {f"{block}/{key}": value for key, value in values.items()}
    return draft_values_change(
        draft_id=draft.pk, changes={block: BlockChange(names, reason, clause)}, actor=officer, on=DAY
    )


# --- kept, never run -----------------------------------------------------------------------------------------------


def test_a_draft_is_kept_as_it_was_written_and_nothing_runs(officer):
    text = "# 县里的说明\n" + text_of(small_pack())
    draft = make(officer, text=text)
    draft.refresh_from_db()
    assert (draft.text, draft.pack_id, PolicyVersion.objects.count(), packs_active(DAY)) == (text, "demo", 0, [])


@pytest.mark.parametrize("role", ["handler", "publisher", "auditor", "administrator", "department"])
def test_who_may_not_draft(role):
    with pytest.raises(NotAllowed):
        make(make_account(role))


def test_a_rewritten_draft_keeps_its_former_text(officer):
    draft = make(officer)
    former = draft.text
    draft_rewrite(draft_id=draft.pk, text=text_of(small_pack(title="二稿")), actor=officer, on=DAY)
    assert [each.text == former for each in draft.history.order_by("history_id")] == [True, False]


def test_a_draft_opened_before_anothers_change_is_refused(officer):
    draft = make(officer)
    with pytest.raises(Conflict):
        draft_rewrite(draft_id=draft.pk, text=draft.text, actor=officer, on=DAY, version=draft.version + 1)


def test_a_discarded_draft_stays_and_is_not_changed_any_more(officer):
    draft = make(officer)
    draft_discard(draft_id=draft.pk, reason="方案已变", actor=officer, on=DAY)
    draft.refresh_from_db()
    assert (draft.state, draft.discard_reason, bool(draft.text)) == ("discarded", "方案已变", True)
    with pytest.raises(TransitionRefused):
        draft_rewrite(draft_id=draft.pk, text=draft.text, actor=officer, on=DAY)


def test_discarding_needs_a_reason(officer):
    with pytest.raises(InvalidInput):
        draft_discard(draft_id=make(officer).pk, reason="", actor=officer, on=DAY)


def test_a_draft_begun_from_an_edition_is_that_edition(officer):
    packs_load(at=NOW)
    edition = PolicyVersion.objects.get(pack_id="nanning-urban")
    draft = draft_from_edition(edition=edition, title="试调", actor=officer, on=DAY)
    assert (draft.content_hash, draft.base) == (edition.content_hash, edition)


# --- faults of the form --------------------------------------------------------------------------------------------


def test_a_missing_key_is_named_with_its_place(officer):
    data = small_pack()
    del data["head"]["issuer"]
    assert problems(lambda: make(officer, data)) == ["草案“试调”：head.issuer：缺少此项，请补上"]
    assert not PolicyDraft.objects.exists()


def test_a_wrong_value_is_named_with_what_stands_there(officer):
    data = small_pack()
    data["lists"][0]["term"]["years"] = "一"
    assert problems(lambda: make(officer, data)) == [
        "草案“试调”：lists.0.term.years：应为整数，请改为数字（现值：'一'）"
    ]


def test_every_fault_is_told_at_once(officer):
    data = small_pack()
    del data["head"]["issuer"]
    data["lists"][0]["termm"] = 1
    assert len(problems(lambda: make(officer, data))) == 2


def test_text_that_is_no_yaml_names_the_line(officer):
    assert "第 2 行" in problems(lambda: make(officer, text="head:\n\tid: demo\n"))[0]


def test_a_text_that_is_no_mapping_is_refused(officer):
    assert "映射" in problems(lambda: make(officer, text="- 一\n- 二\n"))[0]


def test_references_that_blow_up_are_refused_before_they_do(officer):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert "引用" in problems(lambda: make(officer, text="\n".join(lines)))[0]


def test_a_catalogue_that_nobody_has_is_refused(officer):
    data = small_pack() | {"catalogues": ["no-such-pack"]}
    assert "no-such-pack" in problems(lambda: make(officer, data))[0]


def test_a_draft_may_lie_over_a_stored_pack(officer):
    store(small_pack())
    head = small_pack()["head"] | {"id": "demo-county", "title": "县办法"}
    own = {"head": head, "extends": "demo", "lists": [{"code": "blacklist", "rank": 2}]}
    pack = draft_pack(make(officer, own)).pack
    assert (pack.lists[0].rank, pack.lists[0].label, pack.items[0].label) == (2, "演示名单", "演示行为")
    assert pack.origin_of("items") == "demo"


# --- values --------------------------------------------------------------------------------------------------------


def test_every_number_flag_and_threshold_of_a_pack_is_offered_with_its_clause():
    pack = load_packs()["nanning-urban"].pack
    offered = {field.leaf.path: block.clause for block in blocks_of(pack) for field in block.fields}
    rule = pack.lists[0]
    assert offered[f"lists.{rule.code}.public.value"]
    numbers = {f"items.{item.code}.points" for item in pack.items if item.points is not None}
    assert numbers <= set(offered)
    assert any(path.endswith(".at_least") for path in offered)


def test_a_changed_value_is_stored_as_assumed_with_its_reason(officer):
    draft = change(make(officer), officer, "lists/0/term", {"years": "2"})
    term = draft_pack(draft).pack.lists[0].term
    assert (term.years, term.assumed, term.reason, term.clause) == (2, True, "本县事故多发，从严试行", "3")


def test_a_changed_value_with_its_clause_is_the_documents(officer):
    draft = change(make(officer), officer, "lists/0/term", {"years": "2"}, clause="9")
    term = draft_pack(draft).pack.lists[0].term
    assert (term.years, term.assumed, term.clause) == (2, False, "9")


def test_a_change_without_a_reason_is_refused_and_nothing_changes(officer):
    draft = make(officer)
    assert "理由" in problems(lambda: change(draft, officer, "lists/0/term", {"years": "2"}, reason=" "))[0]
    draft.refresh_from_db()
    assert draft_pack(draft).pack.lists[0].term.years == 1


def test_a_value_of_the_wrong_kind_is_refused_with_what_was_typed(officer):
    found = problems(lambda: change(make(officer), officer, "lists/0/term", {"years": "两年"}))
    assert "应为整数" in found[0]
    assert "两年" in found[0]


def test_a_value_that_the_form_of_packs_does_not_allow_is_refused(officer):
    assert problems(lambda: change(make(officer), officer, "lists/0", {"rank": "0"}))


def test_the_same_values_again_are_no_change(officer):
    with pytest.raises(InvalidInput, match="没有改动"):
        change(make(officer), officer, "lists/0/term", {"years": "1", "months": "0"})


def test_a_change_is_an_event_that_names_old_and_new(officer):
    change(make(officer), officer, "lists/0/term", {"years": "2"})
    event = Event.objects.get(name="draft.values-changed")
    assert event.payload["changed"] == ["名单 › 演示名单（blacklist） › 期限 › 年：1 → 2"]
    assert event.payload["reasons"] == {"lists/0/term": "本县事故多发，从严试行"}


def test_words_written_for_other_values_go_with_them():
    """Else a reason would name a threshold that is no longer asked."""
    loaded = load_packs()["county-default"]
    worst = "tiers/3/condition/any/3"
    changes = {worst: BlockChange({f"{worst}/count/at_least": "2"}, "试调")}
    changed, told = with_values(loaded, changes)
    new, old = (each.pack.tiers[3].condition.branches for each in (changed, loaded))
    assert old[3].label == "1年内受到3次以上行政处罚"
    assert condition_text(changed.pack, new[3]) == "近1年内受到行政处罚满2次"
    assert [each.label for each in new[:3]] == [each.label for each in old[:3]]
    assert any("1年内受到3次以上行政处罚" in line for line in told)


def test_words_on_points_go_when_the_window_does():
    data = load_packs()["nanning-urban"].pack.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    data["lists"][0]["entry"]["label"] = "一年内满10分"
    loaded = parse_pack(data, source="nanning-urban")
    changed, _ = with_values(loaded, {"points": BlockChange({"points/window/period/years": "2"}, "试调")})
    assert condition_text(changed.pack, changed.pack.lists[0].entry) == "近2年内失信计分累计满10分"


def test_a_flag_is_turned_off(officer):
    draft = change(make(officer), officer, "lists/0/public", {"value": "false"})
    assert draft_pack(draft).pack.lists[0].public.value is False


def test_every_pack_survives_a_change_of_each_of_its_numbers():
    """The form is generic: whatever section the schema has, a changed number lands where it stood and nowhere else."""
    for loaded in load_packs().values():
        numbers = [
            (b, f) for b in blocks_of(loaded.pack) for f in b.fields if f.leaf.kind == "integer" and f.leaf.value
        ]
        for block, field in numbers[:: max(1, len(numbers) // 5)]:
            asked = {block.name: BlockChange({field.name: str(field.leaf.value + 1)}, "试调")}
            new, changed = with_values(loaded, asked)
            after = {f.name: f.leaf.value for b in blocks_of(new.pack) for f in b.fields}
            before = {f.name: f.leaf.value for b in blocks_of(loaded.pack) for f in b.fields}
            assert {name for name in after if after[name] != before.get(name)} == {field.name}
            assert [line for line in changed if not line.startswith("原说明")] == changed[:1]
