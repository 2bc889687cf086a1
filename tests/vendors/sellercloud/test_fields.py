"""Every field of Sellercloud's arrives where its row says."""

from __future__ import annotations

import pytest

from tests.vendors.fieldrow import FieldRow
from tests.vendors.sellercloud.fields import ROWS, SAMPLE


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.section}: {row.field}")
def test_a_field_arrives_at_its_home(row: FieldRow) -> None:
    assert row.value(SAMPLE) == row.expect
