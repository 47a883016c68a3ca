"""What is kept of a large file's rows between reading and writing lies outside memory, and comes back as it was put in."""

import pytest

from registry.models import ImportRow
from registry.services.imports import spool
from registry.services.imports.spool import KeptRow, RowSpool

FAULT = {"column": "CF_SY", "label": "违法事实", "value": "", "reason": "必填项为空", "way_out": "请补填"}
ROWS = [
    KeptRow(2, "gAAAAA==", ImportRow.State.WAITING, [], []),
    KeptRow(3, "gAAAAB==", ImportRow.State.REFUSED, [FAULT], ["文书号：含有\n换行和“引号”"]),
    KeptRow(7, "gAAAAC==", ImportRow.State.WAITING, [], ["提示"]),
]


@pytest.mark.parametrize("in_memory", [1, 1024 * 1024])
def test_rows_come_back_in_their_order_as_they_were(in_memory, monkeypatch):
    monkeypatch.setattr(spool, "_IN_MEMORY", in_memory)
    with RowSpool() as rows:
        for row in ROWS:
            rows.add(row)
        assert rows._file._rolled is (in_memory == 1)
        assert list(rows) == ROWS
        assert (rows.total, rows.refused) == (3, 1)


def test_a_spool_is_gone_with_its_end():
    with RowSpool() as rows:
        rows.add(ROWS[0])
    with pytest.raises(ValueError, match="closed"):
        list(rows)
