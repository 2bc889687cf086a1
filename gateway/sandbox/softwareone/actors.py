"""Who calls: tokens, the three actors, the rows each may see and the fields each is shown."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from gateway.sandbox.softwareone.problems import Problem, forbidden
from gateway.sandbox.softwareone.state import Row, State

CLIENT, VENDOR, OPERATIONS = "client", "vendor", "operations"
ACTORS = (CLIENT, VENDOR, OPERATIONS)

SELLING = frozenset(("SPx1", "SPxM", "SPxY", "unitSP"))
PURCHASE = frozenset(("PPx1", "PPxM", "PPxY", "unitPP"))
MARKUP = frozenset(("markup", "margin", "defaultMarkup", "markupSource", "defaultMarkupSource", "defaultMargin"))
SPLIT = frozenset(("split", "splitStatus"))

HIDDEN: dict[str, frozenset[str]] = {
    CLIENT: PURCHASE | MARKUP,
    VENDOR: SELLING | MARKUP | SPLIT,
    OPERATIONS: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Caller:
    actor: str
    account: str  # account id
    by: Row  # `{by, of}` for audits

    @property
    def hides_parameters(self) -> bool:
        return self.actor == CLIENT

    def allow(self, *actors: str) -> None:
        """Refuses with 403 the actors an endpoint is not for."""
        if self.actor not in actors:
            raise forbidden(f"{self.actor.capitalize()} accounts may not do this.")


def caller_for(state: State, actor: str, account: str, who: Row) -> Caller:
    return Caller(actor, account, {"by": state.ref(who), "of": state.ref(account)})


def secret(seed: int, token_id: str) -> str:
    """The opaque part of a token: fixed per seed, so that credentials survive a restart."""
    return hashlib.sha256(f"softwareone/{seed}/{token_id}".encode()).hexdigest()[:48]


def authenticate(callers: dict[str, Caller], header: str | None) -> Caller:
    """The caller of `Authorization: Bearer idt:TKN-…:…`; `callers` is by whole token value."""
    scheme, _, value = (header or "").partition(" ")
    caller = callers.get(value.strip()) if scheme.lower() == "bearer" else None
    if caller is None:
        raise Problem(401, "The token is missing, unknown or disabled.")
    return caller


def sees(state: State, caller: Caller, table: str, row: Row) -> bool:
    """Whether the row is in the caller's scope; what is not answers 404, never 403."""
    return caller.actor == OPERATIONS or SCOPES[table](state, caller, row)


def _party(state: State, caller: Caller, row: Row) -> bool:
    return bool(row[caller.actor]["id"] == caller.account)


def _of_agreement(state: State, caller: Caller, row: Row) -> bool:
    return _party(state, caller, state["agreements"][row["agreement"]["id"]])


def _own_account(state: State, caller: Caller, row: Row) -> bool:
    return bool(row["id"] == caller.account)


def _account_of(state: State, caller: Caller, row: Row) -> bool:
    return bool(row["account"]["id"] == caller.account)


def _customer_record(state: State, caller: Caller, row: Row) -> bool:
    if caller.actor == CLIENT:
        return _account_of(state, caller, row)
    kind = "buyer" if row["id"].startswith("BUY-") else "licensee"
    agreements = state["agreements"].values()
    return any(a["vendor"]["id"] == caller.account and a[kind]["id"] == row["id"] for a in agreements)


def _product(state: State, caller: Caller, row: Row) -> bool:
    product = state["products"][row["product"]["id"]] if "product" in row else row
    if caller.actor == VENDOR:
        return bool(product["vendor"]["id"] == caller.account)
    return bool(product["status"] == "Published")


def _price_list_item(state: State, caller: Caller, row: Row) -> bool:
    return _product(state, caller, state["price-lists"][row["priceList"]["id"]])


def _everyone(state: State, caller: Caller, row: Row) -> bool:
    return True


SCOPES: dict[str, Callable[[State, Caller, Row], bool]] = {
    "orders": _party,
    "agreements": _party,
    "subscriptions": _of_agreement,
    "assets": _of_agreement,
    "attachments": _of_agreement,
    "accounts": _own_account,
    "buyers": _customer_record,
    "licensees": _customer_record,
    "sellers": _everyone,
    "users": _account_of,
    "tokens": _account_of,
    "products": _product,
    "items": _product,
    "definitions": _product,
    "templates": _product,
    "listings": _product,
    "authorizations": _product,
    "price-lists": _product,
    "price-list-items": _price_list_item,
}
