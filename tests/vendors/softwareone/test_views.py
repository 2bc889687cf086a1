"""Everything that only SoftwareOne has, through the graph: every field of every type, in one query."""

from __future__ import annotations

from graphql import GraphQLObjectType, GraphQLUnionType, get_named_type, is_leaf_type

from gateway.accounts import Accounts
from gateway.schema.build import build_schema
from tests.fakes import context_over
from tests.vendors.softwareone.bench import bench

SCHEMA = build_schema()
SHARED = ("Node", "Order", "AgreementLine")


def every_field(name: str) -> str:
    """A selection of all that the type has; where it meets the shared graph again, the id."""
    kind = SCHEMA._schema.type_map[name]
    assert isinstance(kind, GraphQLObjectType)
    fields = []
    for field, declared in kind.fields.items():
        inner = get_named_type(declared.type)
        assert not isinstance(inner, GraphQLUnionType)
        if is_leaf_type(inner):
            fields.append(field)
        elif inner.name in SHARED:
            fields.append(f"{field} {{ id }}")
        else:
            fields.append(f"{field} {{ {every_field(inner.name)} }}")
    return " ".join(fields)


def details(name: str) -> str:
    return f"details {{ __typename ... on {name} {{ {every_field(name)} }} }}"


async def test_every_field_of_this_vendors_types_can_be_had_at_once() -> None:
    query = f"""{{ orders(first: 30) {{ nodes {{
        {details("SoftwareOneOrderDetails")}
        lines {{ {details("SoftwareOneLineDetails")} subscription {{ {details("SoftwareOneSubscriptionDetails")} }} }}
        agreement {{ {details("SoftwareOneAgreementDetails")} lines {{ details {{
            {every_field("SoftwareOneLineDetails")} }} }} }}
    }} }} }}"""
    async with bench("operations") as b:
        accounts = Accounts([b.adapter])
        answer = await SCHEMA.execute(query, context_value=context_over(accounts))
        assert answer.errors is None
        assert answer.data is not None
        nodes = answer.data["orders"]["nodes"]
        calls = b.calls()
    assert len(nodes) == 30
    assert {node["details"]["__typename"] for node in nodes} == {"SoftwareOneOrderDetails"}
    assert all(isinstance(node["details"]["instructions"], str) for node in nodes)
    # The list, the agreements, the subscriptions, and the orders that renew these; the rest is read singly.
    single = ("/render", "/split")
    together = [path for path in calls if not path.endswith(single)]
    assert sorted(together) == [
        "/commerce/agreements",
        "/commerce/orders",
        "/commerce/orders",
        "/commerce/subscriptions",
    ]
    assert len([path for path in calls if path.endswith("/render")]) == 30


async def test_the_wrong_actor_has_no_splits_and_nobody_is_asked() -> None:
    split = "details { ... on SoftwareOneAgreementDetails { split { key } } }"
    query = f"{{ orders(first: 5) {{ nodes {{ agreement {{ {split} }} }} }} }}"
    async with bench("vendor") as b:
        accounts = Accounts([b.adapter])
        answer = await SCHEMA.execute(query, context_value=context_over(accounts))
        assert answer.errors is None
        assert answer.data is not None
        assert all(node["agreement"]["details"]["split"] is None for node in answer.data["orders"]["nodes"])
        assert b.calls() == ["/commerce/orders", "/commerce/agreements"]


async def test_a_subscriptions_lines_stand_as_their_agreement_says() -> None:
    """A subscription names its lines without their status; what the agreement says of them is read once for all."""
    line = "number quantity %s subscription { number }"
    query = """{ agreements(first: 30) { nodes { lines { number status vendorStatus order { number } }
        subscriptions { number details { ... on SoftwareOneSubscriptionDetails { lines { %s } } } } } } }"""
    async with bench("operations") as b:
        accounts = Accounts([b.adapter])
        for wanted, calls in (("", 2), ("status vendorStatus order { number }", 4)):
            context = context_over(accounts)
            answer = await SCHEMA.execute(query % (line % wanted), context_value=context)
            assert answer.errors is None
            assert answer.data is not None
            assert len([path for path in b.calls() if path != "/commerce/orders"]) <= calls
        compared = 0
        assert answer.data is not None
        for agreement in answer.data["agreements"]["nodes"]:
            held = {one["number"]: one for one in agreement["lines"]}
            for subscription in agreement["subscriptions"]:
                for one in subscription["details"]["lines"]:
                    assert one["subscription"] == {"number": subscription["number"]}
                    same = held[one["number"]]
                    assert {key: one[key] for key in same} == same
                    compared += 1
        assert compared


async def test_an_embedded_agreement_answers_without_a_call() -> None:
    query = """{ orders(first: 5) { nodes {
        agreement { id number name status vendorStatus vendor kind account { name } }
        subscriptions { id number name status vendorStatus agreement { name } }
        lines { subscription { number name status } asset { name agreement { name } } } } } }"""
    async with bench() as b:
        accounts = Accounts([b.adapter])
        answer = await SCHEMA.execute(query, context_value=context_over(accounts))
        assert answer.errors is None
        assert b.calls() == ["/commerce/orders"]
