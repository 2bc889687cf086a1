"""Whose a thing is, judged by what it names: the one decision that all of a bound account's roads ask for."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from gateway.model.agreement import Agreement, Asset, ProductSubscription
from gateway.model.cart import Cart
from gateway.model.order import Attachment, Order
from gateway.model.ref import GUID, Kind, Ref
from gateway.vendors.base import Adapter

REMEMBERED_SECONDS: Final = 30.0
MAX_REMEMBERED: Final = 2_000


class Binding:
    """Some customers of one account. `clock` is monotonic.

    What was found to be theirs is remembered for half a minute, so that reading parts of it costs no second look at the
    whole. Whole things are judged anew by each answer, and so is whatever is about to be changed.
    """

    def __init__(self, adapter: Adapter, customers: Iterable[str], clock: Callable[[], float] = time.monotonic) -> None:
        self.customers = frozenset(map(canonical, customers))
        self._adapter = adapter
        self._clock = clock
        self._known: OrderedDict[Ref, tuple[str, float]] = OrderedDict()

    def has(self, customer: str) -> bool:
        return canonical(customer) in self.customers

    def narrowed(self, keys: tuple[str, ...]) -> tuple[str, ...]:
        """Of these customers those that are bound, in a fixed order; of none, all that are bound."""
        return tuple(sorted(self.customers.intersection(map(canonical, keys)) if keys else self.customers))

    def judged(self, thing: object) -> bool | None:
        """Whether it is one of theirs, by all the customers that it names; None where it names nobody."""
        named = tuple(self._named(thing))
        return all(map(self.has, named)) if named else None

    def keep(self, ref: Ref, thing: object) -> None:
        """Remembers whose this is, where the thing names its customer or belongs to one that is remembered."""
        customer = next(self._named(thing), None) or self.customer_of(thing)
        if customer is not None:
            self._known[ref] = canonical(customer), self._clock() + REMEMBERED_SECONDS
            self._known.move_to_end(ref)
            if len(self._known) > MAX_REMEMBERED:
                self._known.popitem(last=False)

    def knows(self, ref: Ref) -> bool:
        """Whether it was lately found to be theirs."""
        known = self._known.get(ref)
        return known is not None and self._clock() < known[1]

    def customer_of(self, thing: object) -> str | None:
        """The customer whose it is, by what it names or what was remembered of its owners."""
        known = next(self._named(thing), None)
        if known is not None:
            return known
        refs = [thing] if isinstance(thing, Ref) else owners(thing)
        return next((self._known[ref][0] for ref in refs if self.knows(ref)), None)

    def _named(self, thing: object) -> Iterator[str]:
        known = self._adapter.customer_of(thing)
        if known is not None:
            yield known
        if isinstance(thing, Order | Agreement | Cart) and thing.customer is not None:
            yield thing.customer.key


def owners(thing: object) -> list[Ref]:
    """What a thing hangs on that names no customer by itself."""
    if isinstance(thing, Ref):
        kind = PARENTS.get(thing.kind)
        return [] if kind is None else [thing.parent(kind)]
    if not isinstance(thing, Attachment | ProductSubscription | Asset):
        return []
    agreement = None if thing.agreement is None else thing.agreement.ref
    return [ref for ref in (agreement, thing.order) if ref is not None]


def canonical(customer: str) -> str:
    """A customer key as it is compared: GUIDs without case, as at their vendor."""
    return customer.lower() if GUID.fullmatch(customer) else customer


PARENTS: Final = {Kind.LINE: Kind.ORDER, Kind.AGREEMENT_LINE: Kind.AGREEMENT}
