"""What reading things takes whose ids stand in a document or its variables."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.accounts import Accounts
from gateway.errors import GatewayError
from gateway.model.ref import Kind, Ref
from gateway.schema.nodes import NODE_KINDS, order_ref
from gateway.vendors.base import AGREEMENT, ASSET, ATTACHMENT, CART, ORDER, SUBSCRIPTION, Adapter, Read

READS: Final[Mapping[Kind, Read[Any, Any]]] = {
    Kind.ORDER: ORDER,
    Kind.LINE: ORDER,
    Kind.AGREEMENT: AGREEMENT,
    Kind.AGREEMENT_LINE: AGREEMENT,
    Kind.ATTACHMENT: ATTACHMENT,
    Kind.SUBSCRIPTION: SUBSCRIPTION,
    Kind.ASSET: ASSET,
    Kind.CART: CART,
}
HANGING: Final = frozenset({Kind.ATTACHMENT, Kind.ASSET})
"""Kinds whose customer only the agreement tells that they hang on: for some principals that is one more call each."""
Play = tuple[Adapter, ...]
"""The accounts that the things in one place can be of."""


class Reads:
    """Of one operation. Lists are looked at once: a variable can stand in many places."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._known: dict[int, tuple[Sequence[object], tuple[Play, int]]] = {}

    def of(self, things: Sequence[object]) -> tuple[Play, int]:
        """The accounts that things are of, and the calls that reading them takes. They are given as ids, or as what
        names them: federation's representations, or arguments of the same names."""
        if id(things) not in self._known:
            self._known[id(things)] = things, self._counted(things)  # with the list, or another could get its id
        return self._known[id(things)][1]

    def _counted(self, things: Sequence[object]) -> tuple[Play, int]:
        found = Counter((ref.account, ref.kind) for one in things if (ref := self._ref(one)) is not None)
        spent = 0
        for (account, kind), count in found.items():
            read = READS.get(kind)
            if read is not None:
                spent += math.ceil(count / self._accounts[account].reads.per_call(read))
                spent += count if kind in HANGING else 0
        return tuple({account: self._accounts[account] for account, _ in found}.values()), spent

    def _ref(self, given: object) -> Ref | None:
        """None where it stands for nothing."""
        try:
            if isinstance(given, dict) and not given.get("id"):
                return by_number(self._accounts, given)
            id_ = given["id"] if isinstance(given, dict) else given
            return self._accounts.ref(id_, NODE_KINDS) if isinstance(id_, str) else None
        except GatewayError:
            return None


def by_number(accounts: Accounts, given: Mapping[str, Any]) -> Ref | None:
    """An order by what people call it. Raises GatewayError where there can be none of that number."""
    account, number, scope = (given.get(name) for name in ("accountName", "number", "numberScope"))
    if not isinstance(account, str) or not isinstance(number, str):
        return None
    return order_ref(accounts.named(account, "accountName"), number, scope if isinstance(scope, str) else "")
