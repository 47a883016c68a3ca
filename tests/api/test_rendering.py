"""What orjson writes is what the framework's own renderer writes."""

import datetime as dt
import json
import uuid
from decimal import Decimal

from django.utils.functional import lazystr
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.renderers import JSONRenderer

from registry.api.rendering import ApiJSONRenderer
from registry.models import Record

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
LEAVES = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.dates() | st.uuids() | st.text()
    | st.datetimes(timezones=st.sampled_from([dt.UTC, SHANGHAI]))
    | st.sampled_from(list(Record.Kind)) | st.text().map(lazystr)
)  # fmt: skip
DATA = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text() | st.integers(0, 9), inner),
)


@given(data=DATA)
def test_every_answer_is_the_same_to_the_byte(data):
    assert ApiJSONRenderer().render(data) == JSONRenderer().render(data)


@given(number=st.decimals(allow_nan=False, allow_infinity=False))
def test_a_number_is_the_same_number(number):
    assert json.loads(ApiJSONRenderer().render([number])) == json.loads(JSONRenderer().render([number]))


def test_an_answer_may_be_asked_for_with_indents():
    data = {"日期": dt.date(2026, 4, 1), "金额": Decimal("1.50"), "编号": uuid.UUID(int=1), "文": "行\u2028行"}
    asked = "application/json; indent=2"
    assert ApiJSONRenderer().render(data, asked) == JSONRenderer().render(data, asked) != JSONRenderer().render(data)
    assert b"\\u2028" in ApiJSONRenderer().render(data)
