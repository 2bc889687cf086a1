"""Ids: what goes in comes out, and junk is refused by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import InvalidId
from gateway.model.ref import MAX_LENGTH, Kind, Ref

PUBLIC = [kind for kind in Kind if kind is not Kind.REFERENCE]
part = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=24)


@given(account=part, kind=st.sampled_from(PUBLIC), parts=st.lists(part, max_size=3))
def test_an_id_leads_back_to_its_ref(account: str, kind: Kind, parts: list[str]) -> None:
    ref = Ref.of(account, kind, *parts)
    assert Ref.decode(ref.encode()) == ref
    assert all(c.isalnum() or c in "-_" for c in ref.encode())


@given(st.text(max_size=700) | st.binary(max_size=500).map(lambda raw: raw.hex()))
def test_junk_is_an_invalid_id_and_nothing_else(text: str) -> None:
    try:
        ref = Ref.decode(text)
    except InvalidId:
        return
    assert ref.kind in PUBLIC


def test_guids_compare_without_case() -> None:
    upper = Ref.of("a", Kind.ORDER, "5F0C1A52-8D3E-4B7A-9C61-2E7D4F90AB13", "Qx7")
    assert upper == Ref.of("a", Kind.ORDER, "5f0c1a52-8d3e-4b7a-9c61-2e7d4f90ab13", "Qx7")
    assert upper.parts[1] == "Qx7"


def test_internal_references_never_come_from_outside() -> None:
    with pytest.raises(InvalidId):
        Ref.decode(Ref.of("a", Kind.REFERENCE, "t", "k").encode())


def test_an_overlong_id_is_refused() -> None:
    with pytest.raises(InvalidId):
        Ref.decode(Ref.of("a", Kind.ORDER, "x" * MAX_LENGTH).encode())
