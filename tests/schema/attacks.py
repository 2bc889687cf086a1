"""Documents that cost more to look at than to send, by size: what the limits are for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final


def chain(size: int, body: str, last: str = "__typename") -> str:
    """Fragments that each spread the next; `body` has {n} for the next one's number."""
    links = "".join(f" fragment F{n} on Query {{ {body.replace('{n}', str(n + 1))} }}" for n in range(size))
    return f"{{ ...F0 }}{links} fragment F{size} on Query {{ {last} }}"


def repeated(size: int, text: str) -> str:
    return " ".join(text.replace("{n}", str(n)) for n in range(size))


Attack = Callable[[int], str]
REFUSED: Final[Mapping[str, tuple[Attack, str]]] = {
    "a fragment spread twice by each before it": (lambda n: chain(n, "...F{n} ...F{n}"), "max_depth"),
    "a field in each of them": (lambda n: chain(n, "accounts { id } ...F{n} ...F{n}"), "max_depth"),
    "the same below a field": (
        lambda n: (
            f"{{ accounts {{ ...F0 }} }}{repeated(n, 'fragment F{n} on VendorAccount { a{n}: id ...G{n} ...G{n} }')}"
            + "".join(f" fragment G{k} on VendorAccount {{ ...F{k + 1} }}" for k in range(n - 1))
            + f" fragment G{n - 1} on VendorAccount {{ id }}"
        ),
        "max_depth",
    ),
    "aliases": (lambda n: f"{{ accounts {{ {repeated(n, 'a{n}: id')} }} }}", "max_aliases"),
    "fields at the top": (lambda n: f"{{ {repeated(n, 'a{n}: __typename')} }}", "max_root_fields"),
    "directives": (lambda n: f"{{ __typename {repeated(n, '@skip(if: false)')} }}", "max_directives"),
    "one field again and again": (lambda n: f"{{ accounts {{ {repeated(n, 'id')} }} }}", "max_repeats"),
    "the same in inline fragments": (lambda n: f"{{ accounts {{ {repeated(n, '... { id }')} }} }}", "max_repeats"),
    "the same with a selection each": (
        lambda n: f"{{ orders {{ {repeated(n, 'nodes { id }')} }} }}",
        "max_repeats",
    ),
    "the same with long arguments": (
        lambda n: f"{{ accounts {{ {repeated(14, 'id(x: [' + '1 ' * min(n, 300) + '])')} }} }}",
        "max_repeats",
    ),
    "variables of one fragment in many operations": (
        lambda n: (
            repeated(40, "query Q{n}($a: ID!) { ...F }")
            + f" fragment F on Query {{ nodes(ids: [{repeated(n, '$a')}]) {{ id }} }}"
        ),
        "max_tokens",
    ),
    "deep selections": (lambda n: "{ a " * n + "}" * n, "max_depth"),
    "deep inline fragments": (lambda n: "{ __typename " + "... { __typename " * n + "}" * (n + 1), "max_depth"),
    "deep lists": (lambda n: f"{{ orders(filter: {'[' * n}{']' * n}) {{ pageInfo {{ hasNextPage }} }} }}", "max_depth"),
    "deep objects": (lambda n: f"{{ orders(filter: {'{a: ' * n}1{'}' * n}) {{ nodes {{ id }} }} }}", "max_depth"),
    "deep types": (lambda n: f"query($a: {'[' * n}Int{']' * n}) {{ __typename }}", "max_depth"),
    "operations": (lambda n: repeated(n, "query Q{n} { __typename }"), "max_operations"),
    "a long text": (lambda n: "{ __typename }" + " " * (n * 1_000), "max_document_chars"),
    "a long string": (lambda n: f'{{ order(id: "{"x" * (n * 1_000)}") {{ id }} }}', "max_document_chars"),
}
"""Each by name: how it is written at a size, and the limit that refuses it. All are refused so from size 210 on."""

HARMLESS: Final[Mapping[str, Attack]] = {
    "comments": lambda n: "# a\n" * n + "{ __typename }",
    "commas": lambda n: "," * n + "{ __typename }",
    "variables": lambda n: f"query({repeated(n, '$a{n}: Int')}) {{ __typename }}",
    "unknown types": lambda n: "{ __typename } " + repeated(n, "fragment F{n} on Orde{n} { id }"),
    "one chain of fragments": lambda n: chain(min(n, 120), "...F{n}"),
    "many operations over it": lambda n: repeated(10, "query Q{n} { ...F0 }") + chain(min(n, 120), "...F{n}")[10:],
    "values": lambda n: "{ nodes(ids: [" + repeated(n, '"a"') + "]) { id } }",
    "a string": lambda n: f'{{ order(id: "{"x" * n}") {{ id }} }}',
    "introspection of introspection": lambda n: (
        "{ __schema { types " + "{ fields { type " * 4 + "{ name }" + "} }" * 4 + " } }"
    ),
}
"""What the limits let through, for it is refused or answered in little time."""
