"""The RQL parser: its grammar, its meaning over rows, and that junk is refused, never a crash."""

from __future__ import annotations

import contextlib
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sandbox.softwareone.binding import bind
from gateway.sandbox.softwareone.query import pieces
from gateway.sandbox.softwareone.rql import RqlError, matches, parse
from gateway.sandbox.softwareone.shapes import ORDER

pytestmark = pytest.mark.slow

ROW: dict[str, Any] = {
    "id": "ORD-1111-2222-3333",
    "name": 'Cloud Suite, "big" O\'Brien (EU) *',
    "status": "Completed",
    "type": "Purchase",
    "other": "Purchase",
    "notes": "",
    "price": {"SPxY": 150.5},
    "flag": True,
    "agreement": {"id": "AGR-1", "name": "Café & more"},
    "lines": [
        {"item": {"id": "ITM-1"}, "quantity": 5, "oldQuantity": 5},
        {"item": {"id": "ITM-2"}, "quantity": 20, "oldQuantity": 2},
    ],
    "assets": [],
}

TRUE = [
    'eq(status,"Completed")',
    "eq(status,'Completed')",
    "eq(status,Completed)",
    "EQ(status,Completed)",
    "status=Completed",
    'status="Completed"',
    "ne(status,'Draft')",
    "ne(missing,'Draft')",
    "gt(price.SPxY,150)",
    "ge(price.SPxY,150.5)",
    "lt(price.SPxY,150.6)",
    "le(price.SPxY,'150.5')",
    "eq(flag,true)",
    "in(status,(Draft,Completed))",
    'in(status,("Draft","Completed"))',
    "out(status,('Draft','Failed'))",
    "like(status,'Comp*')",
    "like(status,'*leted')",
    "like(status,'*plet*')",
    "like(status,Completed)",
    "like(status,'*')",
    "ilike(status,'COMP*')",
    r"like(name,'*\*')",
    "like(name,'*(EU) \\*')",
    "like(name,'*, \"big\" *')",
    'like(name,"*O\'Brien*")',
    "eq(agreement.name,'Café & more')",
    "and(eq(status,Completed),eq(type,Purchase))",
    "or(eq(status,Draft),eq(type,Purchase))",
    "not(eq(status,Draft))",
    "not(or(eq(status,Draft),eq(type,Change)))",
    "any(lines)",
    "not(any(assets))",
    'any(lines,eq(item.id,"ITM-1"))',
    "any(lines,and(eq(item.id,'ITM-2'),gt(quantity,10)))",
    "all(lines,ge(quantity,5))",
    "all(assets,eq(id,'x'))",
    "any(lines,eq(quantity,oldQuantity))",
    "eq(type,other)",
    "missing=null()",
    "eq(missing,null())",
    "ne(status,null())",
    "notes=empty()",
    "ne(status,empty())",
    "status=Completed;status=Draft",
    "status=Draft|status=Completed",
    "status=Completed,type=Purchase",
    "status=Draft,type=Change;status=Completed",
    "(status=Draft;status=Completed),type=Purchase",
    "(status=Draft|status=Completed)&type=Purchase",
    " eq( status , 'Completed' ) ",
    "filter(group.buyers)",
    "render()",
]
FALSE = [
    "eq(status,'completed')",
    "eq(status,type)",
    "in(status,(Draft))",
    "out(status,(Completed))",
    "like(status,'comp*')",
    "like(status,'Comp')",
    "gt(missing,1)",
    "lt(missing,'z')",
    "like(missing,'*x*')",
    "status=null()",
    "notes=null()",
    "any(assets)",
    "all(lines,gt(quantity,5))",
    "any(lines,and(eq(item.id,'ITM-1'),gt(quantity,10)))",
    "type=Change,status=Completed;status=Draft",
]
REFUSED = [
    ("foo(status,1)", "Unknown expression group."),
    ("eq(no path,1)", "Invalid property path."),
    ("and()", "Expression group cannot be empty."),
    ("()", "Expression group cannot be empty."),
    ("status", "Expression expected."),
    ("and(status,type)", "Expression expected."),
    ("eq(status)", "Expression expected."),
    ("eq(status,'a'", "Expression expected."),
    ("eq(status,'a'))", "Expression expected."),
    ("eq(status,'a'b)", "Expression expected."),
    ("", "Expression expected."),
    ("eq(status,'open)", "Closing quote expected."),
    ("in(status,())", "Value has to be a non empty array."),
    ("in(status,Draft)", "Value has to be a non empty array."),
    ("gt(status,null())", "Null values are not supported."),
    ("like(status,null())", "Null values are not supported."),
    ("rql=eq(status,'x')", "Invalid equals shortcut expression."),
    ("status=(a,b)", "Invalid equals shortcut expression."),
    ("not(a=1,b=2)", "Exactly one expression expected."),
    ("any(lines,a=1,b=2)", "Exactly one expression expected."),
    ("(" * 200 + "a=1" + ")" * 200, "Expression is nested too deeply."),
]


@pytest.mark.parametrize("query", TRUE)
def test_it_holds(query: str) -> None:
    assert matches(parse(query), ROW) is True


@pytest.mark.parametrize("query", FALSE)
def test_it_does_not_hold(query: str) -> None:
    assert matches(parse(query), ROW) is False


@pytest.mark.parametrize(("query", "message"), REFUSED, ids=range(len(REFUSED)))
def test_it_is_refused_in_the_servers_words(query: str, message: str) -> None:
    with pytest.raises(RqlError) as caught:
        parse(query)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("eq(colour,'x')", "Invalid property path."),
        ("eq(agreement.colour,'x')", "Invalid property path."),
        ("eq(agreement,'x')", "Filtering is not permitted."),
        ("eq(lines,'x')", "Filtering is not permitted."),
        ("any(agreement)", "Filtering is not permitted."),
        ("any(parameters.ordering,eq(value,'x'))", "Filtering is not permitted."),
        ("like(revision,'1*')", "Operator 'like' is not permitted"),
        ("gt(revision,'many')", "Cannot convert value: 'many'."),
        ("gt(revision,nan)", "Cannot convert value: 'nan'."),
        ("gt(audit.created.at,'yesterday')", "Cannot convert value: 'yesterday'."),
    ],
)
def test_binding_refuses_what_the_fields_do_not_allow(query: str, message: str) -> None:
    with pytest.raises(RqlError) as caught:
        bind(parse(query), ORDER)
    assert caught.value.message == message


@pytest.mark.parametrize(
    "text", ["2026-03-05", "2026-03-05T00:00:00Z", "2026-03-05T01:00:00+01:00", "2026-03-05T01:00:00.000 01:00"]
)
def test_times_compare_as_times_however_they_are_written(text: str) -> None:
    node = bind(parse(f"ge(audit.created.at,'{text}')"), ORDER)
    assert matches(node, {"audit": {"created": {"at": "2026-03-05T00:00:00.000Z"}}})
    assert not matches(node, {"audit": {"created": {"at": "2026-03-04T23:59:59.999Z"}}})


def test_hidden_parameters_do_not_exist_where_they_are_hidden() -> None:
    row = {"parameters": {"ordering": [{"externalId": "tier", "constraints": {"hidden": True}}]}}
    query = parse("any(parameters.ordering,eq(externalId,'tier'))")
    assert matches(bind(query, ORDER), row)
    assert not matches(bind(query, ORDER, hides_parameters=True), row)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("", []),
        ("a=1&b=2", ["a=1", "b=2"]),
        ("&a=1&&", ["a=1"]),
        ("and(a=1&b=2)&limit=3", ["and(a=1&b=2)", "limit=3"]),
        ("eq(a,'x&y')&limit=3", ["eq(a,'x&y')", "limit=3"]),
        ("eq(a,%27x&y%27)&limit=3", ["eq(a,%27x&y%27)", "limit=3"]),
        ("eq%28a,'x'&b=1%29&limit=3", ["eq%28a,'x'&b=1%29", "limit=3"]),
        ("eq(a,O'Brien)&b=1", ["eq(a,O'Brien)", "b=1"]),
        ('a="x)&("&b=1', ['a="x)&("', "b=1"]),
    ],
)
def test_the_raw_query_splits_outside_parentheses_and_quotes(raw: str, expected: list[str]) -> None:
    assert pieces(raw) == expected


GRAMMAR = st.sampled_from(
    [
        *"(),&;|='\"*.\\ +%",
        *("eq", "ne", "in", "out", "like", "any", "all", "not", "and", "or", "null()", "empty()"),
        *("status", "lines", "item.id", "price.SPxY", "quantity", "flag", "5", "true", "x"),
    ]
)


@given(st.one_of(st.text(max_size=80), st.lists(GRAMMAR, max_size=25).map("".join), st.text(string.printable)))
def test_junk_is_refused_and_never_a_crash(query: str) -> None:
    for piece in [*pieces(query), query]:
        with contextlib.suppress(RqlError):
            node = parse(piece)
            assert isinstance(matches(node, ROW), bool)
            bind(node, ORDER)


@given(st.text(max_size=40).filter(lambda text: not ("'" in text and '"' in text)))
def test_a_quoted_value_is_read_as_it_is(value: str) -> None:
    quote = '"' if "'" in value else "'"
    assert matches(parse(f"eq(name,{quote}{value}{quote})"), {"name": value})
