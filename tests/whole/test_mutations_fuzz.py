"""Whatever a mutation's input holds, of its types or not: an answer with codes, and paths that lead somewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any, Final

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    get_nullable_type,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model.ref import Kind, Ref
from tests.whole.harness import whole
from tests.whole.test_mutations_http import (
    AGREEMENT,
    ATTACHMENT,
    CART,
    GUID,
    MUTATIONS,
    PAPERLESS,
    STOCK_ORDER,
    SWO_ORDER,
    ask,
)

Json = dict[str, Any]
Ask = Callable[[str, object], Json]

CODES: Final = {"BAD_USER_INPUT", "INVALID_ID", "LIMIT_EXCEEDED", "IN_PROGRESS", "NOT_FOUND", "VENDOR_REFUSED"}
ORDERS: Final = (PAPERLESS, STOCK_ORDER, SWO_ORDER)
LINES: Final = (
    Ref.of("acme", Kind.LINE, "10001", "5").encode(),
    Ref.of("marketplace", Kind.LINE, "ORD-1-2-3", "ALI-1").encode(),
    Ref.of("contoso", Kind.LINE, "a", "b", "1").encode(),
)
SUBSCRIPTION: Final = Ref.of("marketplace", Kind.SUBSCRIPTION, "SUB-1").encode()
# Fields that should hold what they are for, or nothing else of the input would be looked at.
MEANT: Final[dict[str, tuple[str, ...]]] = {
    "accountName": ("contoso", "acme", "marketplace"),
    "customerKey": (GUID,),
    "cartId": (CART,),
    "orderId": ORDERS,
    "parentId": (*ORDERS, AGREEMENT),
    "agreementId": (AGREEMENT,),
    "attachmentId": (ATTACHMENT,),
    "subscriptionId": (SUBSCRIPTION,),
}
IDS: Final = (*LINES, *ORDERS, SUBSCRIPTION, CART, "junk")
texts = st.sampled_from(("MUG-11OZ", "x", "", " ", "'\"\\", "🙂", "\x00")) | st.text(max_size=12)
SCALARS: Final[dict[str, st.SearchStrategy[Any]]] = {
    "String": texts,
    "ID": st.sampled_from(IDS),
    "Int": st.sampled_from((0, 1, 2, 163, 812, -1, 2**31 - 1)),
    "Boolean": st.booleans(),
    "Decimal": st.sampled_from(("0", "3.25", "1e3", "-1", "0.0000001", "99999999999999999999", 5)),
    "DateTime": st.sampled_from(("2027-01-31T23:59:59Z", "1969-12-31T23:00:00-12:00", "2999-12-31T23:59:59.999999Z")),
    "Duration": st.sampled_from(("P1Y", "P1M", "P3Y", "P10000Y")),
    "CurrencyCode": st.sampled_from(("EUR", "usd", "XXX")),
    "URL": st.sampled_from(("https://a.example/t", "http://a.example", "ftp://a.example")),
    "Upload": st.none(),
    "JSON": st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
        max_leaves=4,
    ),
}
JUNK: Final[st.SearchStrategy[Any]] = st.sampled_from((None, True, 1.5, "x", [], {}, [[]], 2**40))


def values(name: str, type_: GraphQLInputType, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values of the type, for the field of that name."""
    inner = get_nullable_type(type_)
    match inner:
        case GraphQLList():
            items = st.deferred(lambda: values(name, inner.of_type, depth + 1))
            known: st.SearchStrategy[Any] = st.lists(items, min_size=1, max_size=1 if depth > 4 else 3)
        case GraphQLInputObjectType():
            known = st.deferred(lambda: objects(inner, depth + 1))
        case GraphQLEnumType():
            known = st.sampled_from(sorted(inner.values))
        case _:
            known = SCALARS[get_named_type(inner).name]
            if name in MEANT:
                known = st.sampled_from(MEANT[name])
            elif name == "lineId":
                known = st.integers(0, 3) if str(inner) == "Int" else st.sampled_from(LINES)
    return known if isinstance(type_, GraphQLNonNull) else st.one_of(known, known, known, st.none())


@st.composite
def objects(draw: st.DrawFn, type_: GraphQLInputObjectType, depth: int = 0) -> Json:
    """What is required, and some of the rest; of several alternatives one."""
    fields = type_.fields
    if type_.extensions["strawberry-definition"].is_one_of:
        name = draw(st.sampled_from(sorted(fields)))
        return {name: draw(values(name, GraphQLNonNull(get_nullable_type(fields[name].type)), depth))}
    chosen = [name for name, field in fields.items() if isinstance(field.type, GraphQLNonNull)]
    rest = sorted(set(fields) - {*chosen, "idempotencyKey"})
    if rest and depth < 7:
        chosen += draw(st.lists(st.sampled_from(rest), max_size=4, unique=True))
    return {name: draw(values(name, fields[name].type, depth)) for name in chosen}


@st.composite
def spoiled(draw: st.DrawFn, input_: Any) -> Any:
    """The input with something else at one place in it."""
    if input_ and isinstance(input_, dict | list) and draw(st.integers(0, 3)):
        known = dict(input_) if isinstance(input_, dict) else dict(enumerate(input_))
        place = draw(st.sampled_from(sorted(known)))
        known[place] = draw(spoiled(known[place]))
        return known if isinstance(input_, dict) else list(known.values())
    return draw(JUNK)


def input_of(name: str) -> GraphQLInputObjectType:
    type_ = get_nullable_type(MUTATIONS[name].args["input"].type)
    assert isinstance(type_, GraphQLInputObjectType)
    return type_


names = st.sampled_from(sorted(MUTATIONS))
good = names.flatmap(lambda name: st.tuples(st.just(name), objects(input_of(name))))
bad = good.flatmap(lambda one: st.tuples(st.just(one[0]), spoiled(one[1])))


@pytest.fixture(scope="module")
def asked() -> Iterator[Ask]:
    """One gateway for all examples."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()

        async def opened() -> Ask:
            gateway = await stack.enter_async_context(whole(0.05))
            gateway.document["write_seconds"] = 0.1
            await gateway.fresh()
            return lambda name, input_: runner.run(ask(gateway, name, input_))

        yield runner.run(opened())
        runner.run(stack.aclose())


@given(one=good)
def test_any_input_has_an_answer_with_codes_and_paths_that_lead_into_the_input(
    asked: Ask, one: tuple[str, Any]
) -> None:
    name, input_ = one
    answer = asked(name, input_)
    for error in answer.get("errors", ()):
        assert error["extensions"]["code"] in CODES, error
    payload = (answer.get("data") or {}).get(name)
    if payload is None:
        assert answer["errors"]
        return
    expected = {"DONE": (False,), "REFUSED": (True,), "PARTLY_DONE": (True,), "UNKNOWN": (True, False)}
    assert bool(payload["userErrors"]) in expected[payload["outcome"]["state"]], payload
    for error in payload["userErrors"]:
        assert error["message"].isprintable()
        assert error["field"] is None or leads_somewhere(name, input_, error["field"]), error


@settings(max_examples=100)
@given(one=bad)
def test_any_json_in_its_place_has_an_answer_with_codes(asked: Ask, one: tuple[str, Any]) -> None:
    answer = asked(*one)
    assert {error["extensions"]["code"] for error in answer.get("errors", ())} <= CODES
    assert "errors" in answer or answer["data"][one[0]] is not None


def leads_somewhere(name: str, input_: Any, path: list[str]) -> bool:
    """Whether each step is a field of the input's type there, or a place in its list; below JSON there are no types."""
    type_: Any = input_of(name)
    for step in path:
        if isinstance(input_, list) and step.isdigit() and int(step) < len(input_):
            type_, input_ = get_nullable_type(getattr(type_, "of_type", type_)), input_[int(step)]
        elif isinstance(type_, GraphQLInputObjectType) and step in type_.fields:
            type_, input_ = get_nullable_type(type_.fields[step].type), (input_ or {}).get(step)
        else:
            return False
    return True
