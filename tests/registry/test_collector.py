"""Bulk work and Python's collector: what was there before is left out, and comes back whatever happens."""

import gc
import weakref

import pytest

from registry.base.collector import old_objects_spared


class Ring:
    def __init__(self):
        self.me = self


def test_within_only_what_is_new_is_collected():
    old = Ring()
    was_old, new = weakref.ref(old), None
    with old_objects_spared():
        ring = Ring()
        new = weakref.ref(ring)
        del old, ring
        gc.collect()
        assert (was_old() is None, new() is None) == (False, True)
    gc.collect()
    assert was_old() is None


def test_an_error_within_leaves_nothing_out_for_good():
    with pytest.raises(ValueError, match="broken"), old_objects_spared():
        raise ValueError("broken")
    assert gc.get_freeze_count() == 0
