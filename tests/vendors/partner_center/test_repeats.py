"""How a write ends that was sent until it was answered."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from gateway.errors import GatewayError, VendorDenied, VendorRefused
from gateway.model.writing import WriteState
from gateway.vendors.partner_center.repeats import Repeats
from gateway.vendors.writes import Attempt


def ended(error: GatewayError, memo: dict[str, Any] | None) -> WriteState:
    repeats = Repeats(cast("Attempt", SimpleNamespace(memo=memo)), {})
    return repeats.ended(error, {}, "searched").state


@pytest.mark.parametrize(("memo", "state"), [(None, WriteState.REFUSED), ({}, WriteState.UNKNOWN)])
def test_a_customer_out_of_reach_says_nothing_of_a_call_before(memo: dict[str, Any] | None, state: WriteState) -> None:
    assert ended(VendorDenied("no relation", vendor_code="20002"), memo) is state


def test_a_no_to_the_input_is_a_no_after_a_lost_answer_too() -> None:
    assert ended(VendorRefused("no", vendor_code="800009"), {"step": "create"}) is WriteState.REFUSED
