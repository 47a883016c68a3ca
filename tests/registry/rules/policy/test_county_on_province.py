"""County on province on nation: two made-up plans laid over the real guiding opinion of 2016, judged as one pack.

No source document repeats another outright, so no pack of the library extends one; this shows that an office can.
"""

import datetime as dt
import shutil

import pytest

from registry.rules.calendar import official_calendar
from registry.rules.policy import History, ListingFact, RecordFact, SubjectFacts, evaluate, load_packs
from registry.rules.policy.loader import DEFAULT_FOLDER, PackLibrary

Day = dt.date
NATION = "guofa-2016-33"
PROVINCE = """\
head:
  id: province
  title: 某省实施方案
  issuer: 某省人民政府
  authority: {level: local-document}
  domain: credit
  region: 某省
  clause_style: plain
extends: guofa-2016-33
objection:
  pauses_measures: {value: true, clause: 省十六}
deadlines:
  - {code: dual-publicity, label: 双公示, who: 作出决定的部门, from: [decided_on], working_days: 7, clause: 省十二}
measures:
  - code: P1
    label: 严重违法失信企业的法定代表人不得担任其他企业的法定代表人
    clause: 省七
    force: recommended
    departments: [省工商局]
    targets: [person]
    lists: [blacklist]
    term: {years: 3, clause: 省七}
"""
COUNTY = """\
head:
  id: county
  title: 某县实施方案
  issuer: 某县人民政府
  authority: {level: local-document}
  domain: credit
  region: 某县
  clause_style: plain
extends: province
lists:
  - code: blacklist
    term: {years: 2, from: publication, clause: 县二十}
objection:
  to: 县信用办
deadlines:
  - {code: objection, label: 处理异议, who: 县信用办, from: [received_on], working_days: 15, clause: 县二十一}
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> PackLibrary:
    folder = tmp_path_factory.mktemp("packs")
    shutil.copy(DEFAULT_FOLDER / f"{NATION}.yaml", folder)
    (folder / "province.yaml").write_text(PROVINCE, encoding="utf-8")
    (folder / "county.yaml").write_text(COUNTY, encoding="utf-8")
    return load_packs(folder)


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        ("items.3", NATION),
        ("lists.blacklist.entry", NATION),
        ("lists.blacklist.persons", NATION),
        ("lists.blacklist.term", "county"),
        ("lists.red.term", NATION),
        ("objection.pauses_measures", "province"),
        ("objection.restores", NATION),
        ("objection.to", "county"),
        ("deadlines.dual-publicity", "province"),
        ("deadlines.objection", "county"),
        ("measures.M1", NATION),
        ("measures.P1", "province"),
        ("head.title", "county"),
    ],
)
def test_every_value_of_the_county_tells_its_level(library: PackLibrary, path: str, origin: str) -> None:
    assert library["county"].pack.origin_of(path) == origin


def test_the_county_judges_by_all_three_levels(library: PackLibrary) -> None:
    finding = RecordFact(id="a", item="3", decided_on=Day(2018, 3, 1), disputed_on=Day(2018, 5, 2))
    entry = ListingFact(id="l", list_code="blacklist", published_on=Day(2018, 4, 2), grounds=("a",))
    fresh = RecordFact(id="b", item="1", decided_on=Day(2020, 4, 3))
    events = {"decided_on": Day(2018, 5, 2), "received_on": Day(2018, 5, 2)}
    history = History(records=(finding, fresh), listings=(entry,), events=events)
    during = evaluate(library["county"], SubjectFacts(), history, Day(2018, 5, 2), official_calendar())
    # The county's two years, the province's pause and seven days, the county's fifteen days.
    assert (during.listings["l"].last_day, during.listings["l"].paused) == (Day(2020, 4, 2), True)
    assert during.deadlines["dual-publicity"].on == Day(2018, 5, 11)
    assert during.deadlines["objection"].on == Day(2018, 5, 23)
    # The nation's criteria, once the county's term is over.
    after = evaluate(library["county"], SubjectFacts(), history, Day(2020, 4, 3), official_calendar())
    assert after.entry == {"blacklist": ("b",)}


def test_the_higher_packs_stay_as_they_were(library: PackLibrary) -> None:
    terms = {name: library[name].pack.list_rule("blacklist").term for name in (NATION, "province", "county")}
    assert [term.years if term else None for term in terms.values()] == [1, 1, 2]
    pauses = [library[name].pack.objection.pauses_measures.value for name in (NATION, "province")]
    assert pauses == [False, True]


def test_a_higher_level_lends_no_authority(library: PackLibrary) -> None:
    """The head is the county's own: what central policy may publish, a plan laid over it may not."""
    day = Day(2020, 12, 7)
    modes = [evaluate(library[name], SubjectFacts(), History(), day).mode for name in (NATION, "county")]
    assert modes == ["binding", "internal"]
