"""The configured accounts, and the way from what a client names to the adapter that serves it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Final

from gateway.binding.adapter import BoundAdapter
from gateway.errors import BadUserInput, InvalidId
from gateway.model.principal import Principal
from gateway.model.ref import Kind, Ref
from gateway.vendors.base import Adapter

MAX_BINDINGS: Final = 256


class Accounts:
    """All accounts of the gateway, or those that one principal sees, as it sees them."""

    def __init__(self, adapters: Iterable[Adapter]) -> None:
        self._by_id = {adapter.account.id: adapter for adapter in adapters}
        self._by_name = {adapter.account.name: adapter for adapter in self._by_id.values()}
        self._bound: OrderedDict[tuple[str, frozenset[str]], BoundAdapter] = OrderedDict()

    def __iter__(self) -> Iterator[Adapter]:
        return iter(self._by_id.values())

    def __contains__(self, account_id: str) -> bool:
        return account_id in self._by_id

    def __getitem__(self, account_id: str) -> Adapter:
        return self._by_id[account_id]

    def seen_by(self, principal: Principal) -> Accounts:
        """The accounts as this principal sees them: those that it may not see are not there, and of one that it is
        bound in, nothing is there but its customers' things."""
        seen = ((adapter, principal.customers_of(adapter.account.name)) for adapter in self)
        return Accounts(
            adapter if customers is None else self._part(adapter, customers)
            for adapter, customers in seen
            if customers is None or customers
        )

    def _part(self, adapter: Adapter, customers: frozenset[str]) -> Adapter:
        place = adapter.account.id, customers
        part = self._bound.pop(place, None) or BoundAdapter(adapter, customers)
        self._bound[place] = part
        if len(self._bound) > MAX_BINDINGS:
            self._bound.popitem(last=False)
        return part

    def named(self, name: str, argument: str) -> Adapter:
        """The adapter of that account name; raises BadUserInput naming the argument it came from."""
        try:
            return self._by_name[name]
        except KeyError:
            raise BadUserInput(f"There is no account of the name given in {argument}.", argument=argument) from None

    def ref(self, text: str, kinds: frozenset[Kind], argument: str = "id") -> Ref:
        """The Ref behind a client's id; raises InvalidId for junk, another kind, or an account that is not here."""
        try:
            ref = Ref.decode(text)
        except InvalidId as error:
            raise InvalidId(error.message, argument=argument) from None
        adapter = self._by_id.get(ref.account)
        if adapter is None:
            raise InvalidId("This id belongs to no account of this gateway.", argument=argument)
        if ref.kind not in kinds:
            wanted = " or ".join(sorted(kind.name.lower() for kind in kinds))
            raise InvalidId(f"This is the id of another kind of thing, not of {wanted}.", argument=argument)
        if len(ref.parts) != adapter.id_parts.get(ref.kind):
            raise InvalidId("This is not an id of this gateway.", argument=argument)
        return ref
