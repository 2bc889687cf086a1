"""What fields cost in vendor calls: said beside each field, and in the SDL by `@cost` and `@listSize`.

    attachments: … = edge(attachments, "Files on it.", calls=Calls(PARTNER_CENTER=1, SOFTWAREONE=1), sized=Sized(5))

docs/limits.md has the formula; `estimate.py` follows it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from strawberry.federation.schema_directives import FederationDirective, ImportedFrom
from strawberry.federation.schema_directives import ListSize as ListSize
from strawberry.schema_directive import Location, schema_directive

from gateway.listing import MAX_PAGE
from gateway.model.values import Vendor

MOST_ITEMS: Final = 50
BATCH: Final = 0.02
"""One call for fifty."""


@dataclass(frozen=True, slots=True)
class Calls:
    """Vendor calls for each parent, by vendor; a vendor that is not named has no such thing.

    Fields that share a `read` of the same `of` (the type of a parent, near or far, that is counted instead of the
    direct one) cost it once. Below `free` fields alone nothing is called: an embedded reference answers them. `paged`
    rows come with one call, beyond the first. `times` names a list in the argument `input`: the calls are for each.
    """

    weights: Mapping[Vendor, float]
    read: str = ""
    of: str = ""
    free: frozenset[str] = frozenset()
    paged: int = 0
    times: str = ""

    @property
    def weight(self) -> float:
        return max(self.weights.values())


def calls(
    *,
    partner_center: float = 0,
    sellercloud: float = 0,
    softwareone: float = 0,
    read: str = "",
    of: str = "",
    free: frozenset[str] = frozenset(),
    paged: int = 0,
    times: str = "",
) -> Calls:
    """What a field costs at each vendor, for each parent."""
    given = {
        Vendor.PARTNER_CENTER: partner_center,
        Vendor.SELLERCLOUD: sellercloud,
        Vendor.SOFTWAREONE: softwareone,
    }
    return Calls({vendor: weight for vendor, weight in given.items() if weight}, read, of, free, paged, times)


def anywhere(weight: float, times: str = "") -> Calls:
    """The same at every vendor."""
    return Calls(dict.fromkeys(Vendor, weight), times=times)


@dataclass(frozen=True, slots=True)
class Sized:
    """How long a list gets: `assumed`, or what one of the `arguments` says. `pages`: it is a connection, and its size
    that of the lists in it."""

    assumed: int
    arguments: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()


REFERENCE: Final = frozenset({"number", "name", "status"})
PAGED: Final = Sized(20, ("first", "last"), ("edges", "nodes"))
FORWARD: Final = Sized(20, ("first",), ("edges", "nodes"))
PICKED: Final = Sized(50, ("first",), ("edges", "nodes"))


@schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.OBJECT, Location.ARGUMENT_DEFINITION],
    name="cost",
    print_definition=False,
)
class Cost(FederationDirective):
    """Strawberry's own takes whole numbers only; the specification has a text."""

    weight: str
    imported_from: ClassVar[ImportedFrom] = ImportedFrom(name="cost", url="https://specs.apollo.dev/federation/v2.7")
    minimum_version: ClassVar[tuple[int, int]] = (2, 9)


def directives(calls: Calls | None, sized: Sized | None) -> list[Any]:
    """What the SDL says of a field's cost."""
    said: list[Any] = []
    if calls is not None:
        said.append(Cost(weight=format(calls.weight, "g")))
    if sized is not None:
        said.append(
            ListSize(
                assumed_size=sized.assumed,
                slicing_arguments=list(sized.arguments) or None,
                sized_fields=list(sized.pages) or None,
                require_one_slicing_argument=False,
            )
        )
    return said


def items(listed: object) -> int:
    """How many a list in an input counts as: longer ones are refused before anything is called."""
    return min(max(len(listed), 1), MOST_ITEMS) if isinstance(listed, list) else 1


def page(sized: Sized, arguments: Mapping[str, Any]) -> int:
    for name in sized.arguments:
        value = arguments.get(name)
        if isinstance(value, int | float):  # 5.0 stands for 5 in variables
            return math.ceil(min(max(value, 0), MAX_PAGE))
    return sized.assumed
