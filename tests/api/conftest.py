"""Every test counts its requests from nothing: clients of other tests may have had the same number."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _fresh_counters():
    cache.clear()
