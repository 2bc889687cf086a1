"""Views of accounts: what each can do, how it fares, and the pickers that forms need."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Generic, TypeVar

import strawberry

from gateway.errors import BadUserInput
from gateway.model import account as model
from gateway.model.values import OrderedItem, Party, Vendor
from gateway.schema.context import Info
from gateway.schema.cost import PICKED, Sized, anywhere
from gateway.schema.texts import search_text
from gateway.schema.values import Node, OrderedItemView, PartyView
from gateway.schema.view import described, edge, plain, view
from gateway.vendors.base import PickerPage

T = TypeVar("T")
MAX_PICKED = 200
CIRCUITS = Sized(6)

described(
    model.Capability,
    "Capability",
    "Something that an account's login can do through this gateway.",
    READ_ORDERS="Read an order by its id.",
    LIST_ORDERS="List orders.",
    READ_AGREEMENTS="Read an agreement by its id.",
    LIST_AGREEMENTS="List agreements.",
    READ_SUBSCRIPTIONS="Read subscriptions and assets.",
    READ_PROVISIONING="Read how far each line has been provisioned.",
    READ_ATTACHMENTS="List the attachments of orders and agreements.",
    DOWNLOAD_ATTACHMENTS="Download attachments.",
    READ_REFERENCE="Read names and pickers: customers, suppliers, products and the like.",
    READ_CARTS="Read a cart by its id.",
    CREATE_CARTS="Make carts, change them and check them out.",
    CREATE_PURCHASE_ORDERS="Create purchase orders.",
    UPDATE_ORDERS="Change orders.",
    SUBMIT_ORDERS="Place orders that were saved before.",
    CANCEL_ORDERS="Cancel or discard orders, each in the ways that its vendor has.",
    ADD_ATTACHMENTS="Attach files or licence keys.",
    UPDATE_ATTACHMENTS="Rename attachments.",
    DELETE_ATTACHMENTS="Delete attachments.",
)
described(
    model.AccountState,
    "AccountState",
    "How an account fares, by its latest calls.",
    HEALTHY="The latest call worked.",
    THROTTLED="The vendor asks for a pause.",
    UNAVAILABLE="The vendor does not answer, or not readably.",
    MISCONFIGURED="The vendor refuses the login: the operator has to mend it.",
    UNKNOWN="No call was made yet.",
)
described(
    model.CircuitState,
    "CircuitState",
    "Whether a vendor is asked at all.",
    CLOSED="It is.",
    OPEN="It failed again and again: what asks for it is answered at once, without a call.",
    HALF_OPEN="One call finds out whether it is back; until then nothing else is asked.",
)


@view(model.Circuit, name="Circuit", description="Whether the routes of a vendor that fail together are asked.")
class CircuitView:
    routes: str = plain('Which ones: the vendor\'s kind of resource, "login", or "all".')
    state: model.CircuitState = plain("In a word.")
    retry_at: datetime | None = plain("When an open one lets a call through to try.")


@view(
    model.AccountHealth,
    name="AccountHealth",
    description="How an account fares, by its latest calls; asking costs no call.",
)
class AccountHealthView:
    state: model.AccountState = plain("In a word.")
    last_success_at: datetime | None = plain("When a call last worked.")
    retry_at: datetime | None = plain("When the vendor may be asked again.")
    remaining_calls: int | None = plain("Calls that may go out at once by the budget; null where no limit is known.")
    circuits: list[CircuitView] = plain(
        "Which of its routes are asked: one circuit for those that fail together, from their first call on.",
        sized=CIRCUITS,
    )


@dataclass(frozen=True, slots=True)
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@view(PageInfo, name="PageInfo", description="Where a page stands in its list.", shareable=True)
class PageInfoView:
    has_next_page: bool = plain("Whether rows follow.")
    has_previous_page: bool = plain("Whether rows came before.")
    start_cursor: str | None = plain("The cursor of the first row.")
    end_cursor: str | None = plain("The cursor to go on from, on an empty page too.")


@dataclass(frozen=True, slots=True)
class Picked(Generic[T]):
    """A page of a picker in the shape of a connection."""

    edges: tuple[Pick[T], ...]
    nodes: tuple[T, ...]
    page_info: PageInfo

    @classmethod
    def of(cls, page: PickerPage[T], after: str | None) -> Picked[T]:
        cursors = page.cursors
        info = PageInfo(
            page.more, after is not None, cursors[0] if cursors else None, cursors[-1] if cursors else after
        )
        return cls(tuple(map(Pick, cursors, page.rows)), page.rows, info)


@dataclass(frozen=True, slots=True)
class Pick(Generic[T]):
    cursor: str
    node: T


@view(Pick, name="PartyEdge", description="A party and its place in the list.")
class PartyEdgeView:
    cursor: str = plain("Its place.")
    node: PartyView = plain("The party.")


@view(Picked, name="PartyConnection", description="A page of parties.")
class PartyConnectionView:
    edges: list[PartyEdgeView] = plain("The rows with their cursors.")
    nodes: list[PartyView] = plain("The rows.")
    page_info: PageInfoView = plain("Where the page stands.")


@view(Pick, name="ItemEdge", description="An item and its place in the list.")
class ItemEdgeView:
    cursor: str = plain("Its place.")
    node: OrderedItemView = plain("The item.")


@view(Picked, name="ItemConnection", description="A page of items.")
class ItemConnectionView:
    edges: list[ItemEdgeView] = plain("The rows with their cursors.")
    nodes: list[OrderedItemView] = plain("The rows.")
    page_info: PageInfoView = plain("Where the page stands.")


Root = strawberry.Parent[model.Account]
Search = Annotated[str | None, strawberry.argument(description="Keeps what contains this text.")]
First = Annotated[int, strawberry.argument(description=f"How many, at most {MAX_PICKED}.")]
After = Annotated[str | None, strawberry.argument(description="Continue behind this cursor.")]


def account_id(root: Root) -> str:
    return root.ref.encode()


def capabilities(root: Root) -> list[model.Capability]:
    return [capability for capability in model.Capability if capability in root.capabilities]


def health(root: Root, info: Info) -> model.AccountHealth:
    return info.context.accounts[root.id].health()


def party_picker(
    table: str,
) -> Callable[[Root, Info, Search, First, After], Awaitable[Picked[Party] | None]]:
    async def pick(
        root: Root, info: Info, search: Search = None, first: First = 50, after: After = None
    ) -> Picked[Party] | None:
        check_first(first)
        search = search_text(search, "search")
        picker = info.context.accounts[root.id].pickers.parties.get(table)
        if picker is None or model.Capability.READ_REFERENCE not in root.capabilities:
            return None
        return Picked.of(await picker(search, first, after), after)

    return pick


def party_list(table: str) -> Callable[[Root, Info], Awaitable[list[Party] | None]]:
    async def pick(root: Root, info: Info) -> list[Party] | None:
        picker = info.context.accounts[root.id].pickers.parties.get(table)
        if picker is None or model.Capability.READ_REFERENCE not in root.capabilities:
            return None
        return list((await picker(None, 2_000, None)).rows)

    return pick


async def items(
    root: Root,
    info: Info,
    supplier_key: Annotated[str | None, strawberry.argument(description="Keeps what this supplier offers.")] = None,
    product_key: Annotated[str | None, strawberry.argument(description="Keeps the items of this product.")] = None,
    search: Search = None,
    first: First = 50,
    after: After = None,
) -> Picked[OrderedItem] | None:
    check_first(first)
    search = search_text(search, "search")
    supplier_key, product_key = search_text(supplier_key, "supplierKey"), search_text(product_key, "productKey")
    picker = info.context.accounts[root.id].pickers.items
    if picker is None or model.Capability.READ_REFERENCE not in root.capabilities:
        return None
    return Picked.of(await picker(supplier_key, product_key, search, first, after), after)


def check_first(first: int) -> None:
    if not 1 <= first <= MAX_PICKED:
        raise BadUserInput(f"first must be between 1 and {MAX_PICKED}.", argument="first")


@view(
    model.Account,
    name="VendorAccount",
    description="One configured login at one vendor. A company may have several per vendor.",
    keys=["id"],
)
class VendorAccountView(Node):
    id: strawberry.ID = edge(account_id, "Opaque, stable, and unique over all accounts.")
    name: str = plain("What the configuration calls it.")
    vendor: Vendor = plain("The vendor behind it.")
    capabilities: list[model.Capability] = edge(capabilities, "What this login can do.")
    health: AccountHealthView = edge(health, "How it fares; asking costs no call.")
    customers: PartyConnectionView | None = edge(
        party_picker("customers"),
        "Customers to choose from, by the account's customer key.",
        calls=anywhere(5),
        sized=PICKED,
    )
    suppliers: PartyConnectionView | None = edge(
        party_picker("suppliers"), "Suppliers to choose from.", calls=anywhere(5), sized=PICKED
    )
    companies: list[PartyView] | None = edge(
        party_list("companies"), "The buyer's own companies.", calls=anywhere(5), sized=Sized(50)
    )
    warehouses: list[PartyView] | None = edge(
        party_list("warehouses"), "Warehouses that goods can go to.", calls=anywhere(5), sized=Sized(50)
    )
    payment_terms: list[PartyView] | None = edge(
        party_list("payment_terms"), "Payment terms to choose from.", calls=anywhere(5), sized=Sized(50)
    )
    products: PartyConnectionView | None = edge(
        party_picker("products"), "Products to choose from.", calls=anywhere(5), sized=PICKED
    )
    items: ItemConnectionView | None = edge(items, "Items that can be ordered.", calls=anywhere(5), sized=PICKED)
