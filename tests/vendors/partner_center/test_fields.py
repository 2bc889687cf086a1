"""Each vendor field arrives where its row says."""

from __future__ import annotations

import pytest

from tests.vendors.fieldrow import FieldRow
from tests.vendors.partner_center.fields import ROWS, SAMPLE


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.section}: {row.field}")
def test_the_sample_arrives_in_its_home(row: FieldRow) -> None:
    assert row.value(SAMPLE) == row.expect


def test_no_field_stands_twice() -> None:
    assert len({(row.section, row.field) for row in ROWS}) == len(ROWS)
