"""Policy editions: stored once, never changed; switched on with the lawfulness check of the day."""

import datetime as dt
import io

import pytest
from django.core.management import call_command
from django.db import IntegrityError
from django.utils import timezone

from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.models import Event, OutboxMessage, PolicyActivation, PolicyAnnouncement, PolicyVersion, RecordItem
from registry.rules.policy.loader import PackLibrary, load_packs, parse_pack
from registry.selectors.policies import catalogue_measures, pack_active, pack_of, packs_active, policy_rows, stored_pack
from registry.services.policies import packs_load, policy_activate, policy_deactivate
from tests.factories import make_account, make_record, make_subject

pytestmark = pytest.mark.django_db

NOW = timezone.now()
DAY = dt.date(2026, 3, 2)


def small_pack(title: str = "演示办法", *, level: str = "local-document", **head: object) -> dict:
    return {
        "head": {
            "id": "demo", "title": title, "issuer": "演示县", "authority": {"level": level}, "domain": "work-safety",
            "region": "演示县", **head,
        },
        "items": [{"code": "1.1", "clause": "1", "label": "演示行为"}],
        "lists": [
            {"code": "blacklist", "label": "演示名单", "clause": "2", "rank": 1,
             "public": {"value": True, "clause": "2"}, "entry": {"item": "1.1", "clause": "2"},
             "term": {"years": 1, "from": "publication", "clause": "3"}},
        ],
    }  # fmt: skip


def store(data: dict) -> PolicyVersion:
    loaded = parse_pack(data, source="demo.yaml")
    packs_load(at=NOW, library=PackLibrary({loaded.id: loaded}))
    return PolicyVersion.objects.get(pack_id=loaded.id, content_hash=loaded.content_hash)


def test_loading_stores_every_pack_of_the_folder():
    packs_load(at=NOW)
    stored = set(PolicyVersion.objects.values_list("pack_id", flat=True))
    assert {"saws-2017-49", "mem-2023-11", "nanning-urban", "memo-2016-1001", "ndrc-2018-424"} <= stored


def test_loading_again_changes_nothing():
    packs_load(at=NOW)
    before = list(PolicyVersion.objects.order_by("pk").values())
    result = packs_load(at=NOW + dt.timedelta(days=1))
    assert (list(PolicyVersion.objects.order_by("pk").values()), result.stored) == (before, ())


def test_a_changed_file_becomes_a_new_edition_and_the_old_one_stays():
    old = store(small_pack())
    new = store(small_pack(title="演示办法（修订）"))
    old.refresh_from_db()
    assert (old.title, new.title) == ("演示办法", "演示办法（修订）")


def test_the_stored_text_reads_back_to_its_own_hash():
    packs_load(at=NOW)
    wrong = [v.pack_id for v in PolicyVersion.objects.all() if stored_pack(v).content_hash != v.content_hash]
    assert wrong == []


def test_the_stored_pack_is_the_pack_of_the_file():
    packs_load(at=NOW)
    version = PolicyVersion.objects.get(pack_id="nanning-urban")
    assert pack_of(version) == load_packs()["nanning-urban"].pack


def test_the_table_keeps_the_first_day_no_longer_in_force():
    version = store(small_pack(in_force_from="2020-07-30", in_force_until="2023-07-30"))
    assert version.in_force_until == dt.date(2023, 7, 31)


def test_the_command_says_what_is_new():
    out = io.StringIO()
    call_command("packs_load", stdout=out)
    assert "mem-2023-11" in out.getvalue()


# --- activation ----------------------------------------------------------------------------------------------------


def test_a_local_points_regime_runs_as_internal_in_2024_though_binding_is_asked():
    packs_load(at=NOW)
    activation = policy_activate(
        version=PolicyVersion.objects.get(pack_id="nanning-urban"), mode="binding", actor=None, on=dt.date(2024, 1, 1)
    )
    assert activation.mode == "internal"


def test_the_refusal_to_run_binding_names_the_rule_that_stops_it():
    packs_load(at=NOW)
    activation = policy_activate(
        version=PolicyVersion.objects.get(pack_id="nanning-urban"), mode="binding", actor=None, on=dt.date(2024, 1, 1)
    )
    assert "国办发〔2020〕49号" in "".join(activation.reasons)


def test_the_ministry_rule_runs_binding():
    packs_load(at=NOW)
    activation = policy_activate(
        version=PolicyVersion.objects.get(pack_id="mem-2023-11"), mode="binding", actor=None, on=DAY
    )
    assert activation.mode == "binding"


def test_an_office_may_run_a_binding_document_as_internal():
    packs_load(at=NOW)
    activation = policy_activate(
        version=PolicyVersion.objects.get(pack_id="mem-2023-11"), mode="internal", actor=None, on=DAY
    )
    assert activation.mode == "internal"


def test_a_repealed_document_cannot_be_activated():
    version = store(small_pack(in_force_until="2023-09-30"))
    with pytest.raises(RuleRefused, match="失效"):
        policy_activate(version=version, mode="internal", actor=None, on=dt.date(2023, 10, 1))


def test_a_document_can_be_activated_on_its_last_day():
    version = store(small_pack(in_force_until="2023-09-30"))
    assert policy_activate(version=version, mode="internal", actor=None, on=dt.date(2023, 9, 30)).pk


def test_a_document_not_yet_in_force_cannot_be_activated():
    version = store(small_pack(in_force_from="2026-03-03"))
    with pytest.raises(RuleRefused, match="2026-03-03"):
        policy_activate(version=version, mode="internal", actor=None, on=DAY)


def test_an_unknown_mode_is_refused():
    with pytest.raises(InvalidInput):
        policy_activate(version=store(small_pack()), mode="public", actor=None, on=DAY)


def test_an_account_never_activates_alone():
    with pytest.raises(NotAllowed, match="另一人"):
        policy_activate(version=store(small_pack()), mode="internal", actor=make_account("approver"), on=DAY)


def test_activating_twice_is_refused():
    version = store(small_pack())
    policy_activate(version=version, mode="internal", actor=None, on=DAY)
    with pytest.raises(Conflict):
        policy_activate(version=version, mode="internal", actor=None, on=DAY)


def test_activating_a_new_edition_ends_the_old_one_the_same_day():
    old = policy_activate(version=store(small_pack()), mode="internal", actor=None, on=DAY)
    later = DAY + dt.timedelta(days=10)
    policy_activate(version=store(small_pack(title="修订")), mode="internal", actor=None, on=later)
    old.refresh_from_db()
    assert old.ends_on == later


def test_activation_is_an_event_with_the_hash_it_rests_on():
    version = store(small_pack())
    policy_activate(version=version, mode="internal", actor=None, on=DAY)
    assert Event.objects.get(name="policy.activated").payload["hash"] == version.content_hash


def test_deactivating_needs_a_reason():
    activation = policy_activate(version=store(small_pack()), mode="internal", actor=None, on=DAY)
    with pytest.raises(InvalidInput):
        policy_deactivate(activation=activation, note=" ", actor=None, on=DAY)


def test_a_deactivated_policy_does_not_run_from_that_day():
    activation = policy_activate(version=store(small_pack()), mode="internal", actor=None, on=DAY)
    later = DAY + dt.timedelta(days=5)
    policy_deactivate(activation=activation, note="改用新文件", actor=None, on=later)
    assert [len(packs_active(day)) for day in (later - dt.timedelta(days=1), later)] == [1, 0]


@pytest.mark.parametrize("role", ["handler", "reviewer", "publisher", "auditor", "administrator"])
def test_only_an_approver_stops_a_policy(role):
    activation = policy_activate(version=store(small_pack()), mode="internal", actor=None, on=DAY)
    with pytest.raises(NotAllowed):
        policy_deactivate(activation=activation, note="改用", actor=make_account(role), on=DAY)


def test_stopping_is_announced_and_the_county_is_evaluated_anew():
    activation = policy_activate(version=store(small_pack()), mode="internal", actor=None, on=DAY)
    policy_deactivate(activation=activation, note="改用新文件", actor=None, on=DAY + dt.timedelta(days=1))
    assert PolicyAnnouncement.objects.get().text == (
        "自2026年3月3日起停止施行《演示办法》（演示县），已经列入的按原定期限继续。2026年3月3日公布。"
    )
    assert OutboxMessage.objects.get(topic="job.run").payload == {"name": "sanctions.candidates_refresh"}


def test_deactivating_twice_is_refused():
    activation = policy_activate(version=store(small_pack()), mode="internal", actor=None, on=DAY)
    policy_deactivate(activation=activation, note="改用新文件", actor=None, on=DAY)
    with pytest.raises(TransitionRefused):
        policy_deactivate(activation=activation, note="改用新文件", actor=None, on=DAY)


def test_deactivating_from_a_stale_form_is_refused():
    activation = policy_activate(version=store(small_pack()), mode="internal", actor=None, on=DAY)
    with pytest.raises(Conflict):
        policy_deactivate(activation=activation, note="改用", actor=None, on=DAY, version=activation.version + 1)


# --- time passes without help --------------------------------------------------------------------------------------


def test_a_document_stops_running_the_day_after_its_last_day_with_no_job():
    version = store(small_pack(in_force_until="2023-09-30"))
    policy_activate(version=version, mode="internal", actor=None, on=dt.date(2022, 1, 1))
    assert [len(packs_active(dt.date(2023, 9, 30))), len(packs_active(dt.date(2023, 10, 1)))] == [1, 0]


def test_what_was_activated_as_binding_before_the_notice_of_2020_is_internal_after_it():
    version = store(small_pack())
    policy_activate(version=version, mode="binding", actor=None, on=dt.date(2019, 1, 1))
    before, after = pack_active("demo", dt.date(2020, 12, 6)), pack_active("demo", dt.date(2020, 12, 7))
    assert [before.mode, after.mode] == ["binding", "internal"]


def test_active_packs_take_one_query_once_they_are_parsed(django_assert_num_queries):
    packs_load(at=NOW)
    for version in PolicyVersion.objects.filter(in_force_from__lte=DAY, in_force_until=None):
        policy_activate(version=version, mode="internal", actor=None, on=DAY)
    packs_active(DAY)
    with django_assert_num_queries(1):
        packs_active(DAY)


# --- catalogues ----------------------------------------------------------------------------------------------------


def offered(on=DAY, **asked):
    asked = {"pack_id": "mem-2023-11", "list_code": "blacklist", "domain": "work-safety", "kind": "organization",
             "binding": True} | asked  # fmt: skip
    return [measure.code for measure in catalogue_measures(**asked, on=on)[0]]


def activate(*pack_ids: str) -> None:
    packs_load(at=NOW)
    for pack_id in pack_ids:
        policy_activate(version=PolicyVersion.objects.get(pack_id=pack_id), mode="binding", actor=None, on=DAY)


def test_no_measure_is_offered_while_no_catalogue_is_active():
    packs_load(at=NOW)
    assert offered() == []


def test_a_catalogue_that_the_list_names_is_not_used_while_it_is_not_active():
    activate("mem-2023-11")
    assert set(offered()).isdisjoint({"1", "3", "18", "29"})


def test_the_memo_of_2016_serves_the_safety_blacklist():
    activate("mem-2023-11", "memo-2016-1001")
    assert {"1", "3", "18", "29"} <= set(offered())


def test_the_memo_of_2016_does_not_serve_a_list_of_urban_management():
    activate("nanning-urban", "memo-2016-1001")
    assert offered(pack_id="nanning-urban", domain="urban-management") == []


def test_measures_on_persons_are_those_that_reach_persons():
    activate("mem-2023-11", "memo-2016-1001")
    assert {"1.3", "1.5", "10", "20"} <= set(offered(kind="person"))


def test_internal_grading_gets_no_measure_that_reduces_rights():
    activate("mem-2023-11", "memo-2016-1001")
    found = catalogue_measures(
        pack_id="mem-2023-11", list_code="blacklist", domain="work-safety", kind="organization", binding=False, on=DAY
    )[0]
    assert [measure.code for measure in found if measure.rights_reducing] == []


def test_a_measure_that_no_law_carries_is_refused_with_the_rule_that_stops_it():
    activate("mem-2023-11", "memo-2016-1001")
    refused = catalogue_measures(
        pack_id="mem-2023-11", list_code="blacklist", domain="work-safety", kind="organization", binding=True, on=DAY
    )[1]
    assert all("国办发〔2020〕49号" in each.reason for each in refused)


def offered_in_the_province(*items: tuple[str, str]) -> list[str]:
    """What the provincial plan offers against the principal of a unit listed for these items (pack id, code)."""
    record = make_record(make_subject())
    for pack_id, code in items:
        RecordItem(record=record, pack_id=pack_id, code=code).save_by(None, reason="test")
    return offered(
        on=dt.date(2020, 6, 1), pack_id="province-plan", domain="credit", kind="person", ground_items=record.items.all()
    )


@pytest.fixture
def province():
    packs_load(at=NOW)
    version = PolicyVersion.objects.get(pack_id="province-plan")
    policy_activate(version=version, mode="binding", actor=None, on=dt.date(2020, 6, 1))


@pytest.mark.parametrize(
    ("item", "bar", "flights"),
    [("7.2", True, False), ("7.3", False, True), ("6.3", False, True), ("6.1", False, False)],
)
def test_a_measure_for_single_items_follows_a_listing_on_these_alone(province, item, bar, flights):
    """(七): three years' bar for those of gravely unlawful enterprises; (八): flights for who can fulfil and does not."""
    found = offered_in_the_province(("province-plan", item))
    assert ("M13" in found, "M19" in found, "M12" in found) == (bar, flights, True)


def test_an_item_of_another_pack_with_the_same_code_is_no_such_ground(province):
    assert "M13" not in offered_in_the_province(("county-plan", "7.2"))


def test_a_measure_for_single_items_follows_no_listing_whose_items_nobody_named(province):
    found = offered(on=dt.date(2020, 6, 1), pack_id="province-plan", domain="credit", kind="person")
    assert ("M13" in found, "M12" in found) == (False, True)


def test_what_a_plan_orders_for_another_domain_reaches_that_domains_lists_and_nothing_else_of_it_does():
    """The county plan, (九): supervision, tenders and land for safety's dishonest; its other measures are for its own list."""
    packs_load(at=NOW)
    on = dt.date(2020, 6, 1)
    policy_activate(version=PolicyVersion.objects.get(pack_id="county-plan"), mode="binding", actor=None, on=on)
    assert offered(on=on, pack_id="saws-2017-49") == ["M15", "M16", "M17", "M18", "M19"]


def test_a_plan_whose_measures_name_their_own_domain_keeps_them_to_its_own_lists():
    packs_load(at=NOW)
    on = dt.date(2020, 6, 1)
    policy_activate(version=PolicyVersion.objects.get(pack_id="qingtongxia-2020"), mode="binding", actor=None, on=on)
    assert offered(on=on, pack_id="saws-2017-49") == []
    assert offered(on=on, pack_id="qingtongxia-2020") != []


def test_rows_show_the_running_mode_of_each_edition():
    policy_activate(version=store(small_pack()), mode="binding", actor=None, on=DAY)
    assert [(row.version.pack_id, row.state) for row in policy_rows(DAY)] == [("demo", "internal")]


def test_two_running_activations_of_one_edition_are_refused_by_the_database():
    version = store(small_pack())
    policy_activate(version=version, mode="internal", actor=None, on=DAY)
    with pytest.raises(IntegrityError):
        PolicyActivation(policy=version, mode="internal", starts_on=DAY).save_by(None, reason="test")
