"""Packs of tiers at random within the algebra, over the items and lists of one base, for hypothesis."""

from typing import Any

from hypothesis import strategies as st

from registry.rules.policy.loader import LoadedPack, parse_pack
from tests.sanctions.test_population import ITEMS, RECORD, YEAR, a_list, head

BASE: dict[str, Any] = {
    "head": {**head("tiered", kinds=["organization"],
                    sectors={"values": ["mine", "chemical"], "label": "矿山等", "clause": "1"})},
    "items": ITEMS,
    "points": {"window": {"kind": "lookback", "period": {"months": 18}}, "most": 15, "clause": "1"},
    "lists": [
        a_list("focus", {"count": {"of": RECORD, "at_least": 2, "window": YEAR}}),
        a_list("grave", {"all": [{"item": ["c"]}, {"not": {"clean": {"years": 1}}}]}, 2),
    ],
    "objection": {"to": "某局", "pauses_measures": {"value": True, "clause": "1"},
                  "adds_paused_time": {"value": True, "clause": "1"}, "clause": "1"},
}  # fmt: skip

_CODES = st.lists(st.sampled_from("abcde"), min_size=1, max_size=3, unique=True)
_FINDINGS = st.sampled_from([[], [], ["egregious"]])
_PERIODS = st.sampled_from([{"years": 1}, {"years": 3}, {"months": 1}, {"months": 6, "days": 3}, {"days": 365}])
_WINDOWS = st.one_of(
    st.just({"kind": "calendar_year"}),
    st.builds(lambda kind, period: {"kind": kind, "period": period}, st.sampled_from(["lookback", "span"]), _PERIODS),
)
_ACCIDENTS = st.builds(
    lambda grade, flags: {**grade, **flags},
    st.sampled_from([{}, {"at_least": "larger"}, {"exactly": "ordinary"}, {"exactly": "major"}]),
    st.fixed_dictionaries({}, optional={"fatal": st.booleans(), "injuring": st.booleans(), "liable": st.booleans()}),
)
_PENALTIES = st.fixed_dictionaries(
    {}, optional={"kinds": st.sampled_from([["罚款"], ["警告", "吊销许可证件"]]),
                  "fine_at_least": st.sampled_from(["2000", "49999.995", "50000"])},
)  # fmt: skip
_ONE = st.one_of(
    st.builds(lambda codes, findings: {"item": codes, "findings": findings}, _CODES, _FINDINGS),
    st.builds(lambda test, findings: {"accident": test, "findings": findings}, _ACCIDENTS, _FINDINGS),
    st.just({"finding": ["egregious", "serious-violation"]}),
    _PENALTIES.map(lambda test: {"penalty": test}),
)
_RECORDS = st.one_of(
    _ONE,
    st.builds(
        lambda kind, parts: {kind: parts}, st.sampled_from(["any", "all"]), st.lists(_ONE, min_size=1, max_size=2)
    ),
)
_LEAVES = st.one_of(
    _ONE,
    st.builds(lambda of, least, window: {"count": {"of": of, "at_least": least, "window": window}},
              _RECORDS, st.integers(1, 3), _WINDOWS),
    st.integers(1, 16).map(lambda least: {"points": {"at_least": least}}),
    st.builds(lambda of, least, window: {"same_item": {"of": of, "at_least": least, "window": window}},
              _CODES, st.integers(2, 3), _WINDOWS),
    st.lists(st.sampled_from(["focus", "grave"]), min_size=1, max_size=2, unique=True).map(lambda codes: {"on_list": codes}),
    st.sampled_from(["focus", "grave"]).map(lambda code: {"standing": code}),
    _RECORDS.map(lambda of: {"during": {"list": "focus", "of": of}}),
    _PERIODS.map(lambda period: {"clean": period}),
    st.builds(lambda of, period: {"none": {"of": of, "within": period}}, _RECORDS, _PERIODS),
    st.just({"document": ["commitment", "training"]}),
    st.just({"honour": ["a"]}),
    st.lists(st.sampled_from("123"), min_size=1, max_size=2, unique=True).map(lambda grades: {"standardisation": grades}),
    st.integers(1, 2).map(lambda least: {"domains": least}),
    st.lists(st.sampled_from(["low", "ordinary", "larger", "major"]), min_size=1, max_size=3, unique=True).map(
        lambda levels: {"risk": levels}
    ),
)  # fmt: skip
CONDITIONS = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda kind, parts: {kind: parts}, st.sampled_from(["any", "all"]), st.lists(inner, min_size=1, max_size=3)),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=5,
)  # fmt: skip


def tiered(conditions: list[Any], *, newcomer: bool, point_window: Any = None, **more: Any) -> LoadedPack:
    """A pack with a tier for each condition (None: for whoever is left), and one for newcomers where asked."""
    tiers = [{"code": f"t{place}", "label": f"等级{place}", "clause": "1",
              **({"condition": {**each, "clause": "1"}} if each is not None else {})}
             for place, each in enumerate(conditions)]  # fmt: skip
    waiting = [{"code": "pending", "label": "待评定", "clause": "1", "newcomer": True}] if newcomer else []
    points = {"points": {**BASE["points"], "window": point_window}} if point_window is not None else {}
    return parse_pack({**BASE, **points, **more, "tiers": [*waiting, *tiers]}, source="tiered")


PACKS = st.builds(
    lambda conditions, rest, newcomer, window: tiered([*conditions, *rest], newcomer=newcomer, point_window=window),
    st.lists(CONDITIONS, min_size=1, max_size=3),
    st.sampled_from([[], [None]]),
    st.booleans(),
    _WINDOWS,
)
