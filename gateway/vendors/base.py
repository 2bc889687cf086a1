"""What every vendor must offer: an `Adapter` per account, its batch reads, and its lists one step at a time.

The graph asks for things in two ways. A *read* answers a batch of keys at once; the adapter decides how many calls that
takes. A *list* is walked in steps: each step is what the vendor gives most naturally (a page, a window of time, the
whole answer) and says where the next one continues, so that lists of several accounts can be merged into one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, Protocol, TypeVar, cast

from gateway.errors import GatewayError
from gateway.model.account import Account, AccountHealth, Capability
from gateway.model.agreement import (
    Agreement,
    AgreementKind,
    AgreementStatus,
    Asset,
    ProductSubscription,
)
from gateway.model.cart import Cart
from gateway.model.files import UploadLimits
from gateway.model.order import Attachment, DocumentState, Order, OrderDetail, OrderStatus, OrderType
from gateway.model.ref import Kind, Ref
from gateway.model.values import OrderedItem, Party, Vendor
from gateway.model.writing import OrderAction

if TYPE_CHECKING:
    import httpx

    from gateway.store import Vault
    from gateway.upstream.wire import CallRecord
    from gateway.vendors.writes import Writes


class Keyed(Protocol):
    """A key of a read knows its account; keys are hashable."""

    @property
    def account(self) -> str: ...

    def __hash__(self) -> int: ...


K = TypeVar("K", bound=Keyed)
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Batch = Callable[[Sequence[K]], Awaitable[Mapping[K, T | GatewayError]]]


@dataclass(frozen=True)  # without slots: typing notes the type arguments on the instance
class Read(Generic[K, T_co]):
    """The name of a batch read and its types. `capability` is what an account must have to be asked at all."""

    name: str
    capability: Capability


class OrderPlace(NamedTuple):
    """An order and the agreement that its own answer names: what finding its attachments takes."""

    order: Ref
    agreement: Ref | None

    @property
    def account(self) -> str:
        return self.order.account


ORDER = Read[Ref, Order]("order", Capability.READ_ORDERS)
ORDER_DETAIL = Read[Ref, OrderDetail]("order_detail", Capability.READ_ORDERS)
ORDER_ATTACHMENTS = Read[OrderPlace, tuple[Attachment, ...]]("order_attachments", Capability.READ_ATTACHMENTS)
AGREEMENT = Read[Ref, Agreement]("agreement", Capability.READ_AGREEMENTS)
AGREEMENT_ATTACHMENTS = Read[Ref, tuple[Attachment, ...]]("agreement_attachments", Capability.READ_ATTACHMENTS)
SUBSCRIPTION = Read[Ref, ProductSubscription]("subscription", Capability.READ_SUBSCRIPTIONS)
ASSET = Read[Ref, Asset]("asset", Capability.READ_SUBSCRIPTIONS)
ATTACHMENT = Read[Ref, Attachment]("attachment", Capability.READ_ATTACHMENTS)
CART = Read[Ref, Cart]("cart", Capability.READ_CARTS)
# Keys: Ref(account, REFERENCE, (table, key)), as `Party.lookup` holds it. The tables are the adapter's own.
PARTY = Read[Ref, Party]("party", Capability.READ_REFERENCE)


class Reads:
    """An adapter's batch reads. A key missing from an answer means that the vendor has no such thing."""

    def __init__(self) -> None:
        self._batches: dict[str, Batch[Any, Any]] = {}
        self._per_call: dict[str, int] = {}

    def add(self, read: Read[K, T], batch: Batch[K, T], per_call: int = 1) -> None:
        """`per_call` is how many keys one call of the vendor's answers."""
        self._batches[read.name] = batch
        self._per_call[read.name] = per_call

    def per_call(self, read: Read[K, T]) -> int:
        return self._per_call.get(read.name, 1)

    def get(self, read: Read[K, T]) -> Batch[K, T] | None:
        """The batch of that read, or None where this vendor has nothing of the kind."""
        return cast("Batch[K, T] | None", self._batches.get(read.name))

    def forget(self, read: Read[K, Any], keys: Sequence[K]) -> None:
        """The next read of these keys asks the vendor, whatever was kept of earlier ones."""

    def asks(self, key: object) -> bool:
        """Whether the vendor may be asked for that key at all."""
        return True

    def shows(self, key: object, value: object) -> bool:
        """Whether what a list or a write has just answered may stand for that key's read."""
        return True


FIRST_TIE: Final = ""
LAST_TIE: Final = "\U0010ffff"


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a list sorted by (creation, account, tie). `at` is in microseconds since 1970, -1 where unknown or
    earlier.

    A bound given to an adapter always has the adapter's own account; its tie may be FIRST_TIE or LAST_TIE (before or
    after all rows of that moment), where the bound came from another account's row or from the edge of a window.
    """

    at: int
    account: str
    tie: str

    @classmethod
    def of(cls, created_at: datetime | None, account: str, tie: str) -> Position:
        return cls(-1 if created_at is None else max(microseconds(created_at), -1), account, tie)

    @property
    def moment(self) -> datetime | None:
        return None if self.at < 0 else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=self.at)


def microseconds(moment: datetime) -> int:
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def order_position(order: Order) -> Position:
    return Position.of(order.created_at, order.ref.account, order.tie)


def agreement_position(agreement: Agreement) -> Position:
    moment = agreement.created_at or agreement.accepted_at
    return Position.of(moment, agreement.ref.account, agreement.tie)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilter:
    """What a list is asked for. An empty tuple means "no condition" (never "none of them"); bounds are half-open, UTC.

    `agreement` keeps only that agreement's orders; it is set by the graph's own edge, never by a client's input.
    """

    customer_keys: tuple[str, ...] = ()
    statuses: tuple[OrderStatus, ...] = ()
    vendor_statuses: tuple[str, ...] = ()
    types: tuple[OrderType, ...] = ()
    documents: tuple[DocumentState, ...] = ()
    created_from: datetime | None = None
    created_before: datetime | None = None
    updated_from: datetime | None = None
    search: str | None = None
    agreement: Ref | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementFilter:
    customer_keys: tuple[str, ...] = ()
    kinds: tuple[AgreementKind, ...] = ()
    statuses: tuple[AgreementStatus, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Generic[T]):
    """One step of a list: rows strictly beyond `after` in walking order, sorted in walking order.

    `resume` is where the next step continues (None: nothing is left); it is never before the last row. `omitted` counts
    rows left out as unreadable; `notice` says what went wrong with a part of the answer. `total` is the number of rows
    that the whole filter matches, where this step happened to learn it.
    """

    rows: tuple[T, ...]
    resume: Position | None
    omitted: int = 0
    notice: GatewayError | None = None
    total: int | None = None
    lag_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class PickerPage(Generic[T]):
    """A page of a picker; `cursors` stand beside `rows`, `more` tells whether rows follow."""

    rows: tuple[T, ...]
    cursors: tuple[str, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class Download:
    """A file on its way from the vendor; `chunks` must be drained or the surrounding context left."""

    chunks: AsyncIterator[bytes]
    content_type: str | None
    length: int | None


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor's table: what was tried, whether it worked, and what to mend where it did not."""

    what: str
    ok: bool
    remark: str = ""


class PartyPicker(Protocol):
    def __call__(
        self, search: str | None, first: int, after: str | None, keys: frozenset[str] | None = None
    ) -> Awaitable[PickerPage[Party]]:
        """A page of the table behind the cursor `after`; `keys`: only these parties of it."""
        ...


@dataclass(frozen=True, slots=True)
class Pickers:
    """An account's pickers by table. A table that is not there does not exist at the vendor.

    `items` takes a supplier, a product, a search, how many, and a cursor.
    Table names: "customers", "suppliers", "companies", "warehouses", "payment_terms", "products".
    """

    parties: Mapping[str, PartyPicker] = field(default_factory=dict)
    items: (
        Callable[[str | None, str | None, str | None, int, str | None], Awaitable[PickerPage[OrderedItem]]] | None
    ) = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one account's calls; each can be set in its table of the configuration. How many calls are in flight is
    found out below `max_concurrency`. A call is made again `max_retries` times at most, first after about
    `retry_seconds`. Agreements and reference data are kept for `cache_seconds`."""

    timeout_seconds: float = 20.0
    max_concurrency: int = 64
    max_answer_bytes: int = 32 * 1024 * 1024
    max_retries: int = 2
    retry_seconds: float = 0.2
    cache_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Services:
    """What adapters need from the outside: the way out, a safe for rotating secrets, the time (UTC), and who is told of
    every call on the wire. `processes` is among how many what a vendor allows is shared out."""

    transport: httpx.AsyncBaseTransport
    vault: Vault
    now: Callable[[], datetime]
    allow_private_redirects: bool = False
    observe: Callable[[CallRecord], None] | None = None
    processes: int = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """A vendor's line in the registry: its settings class (filled from the configuration) and how an adapter is made.

    `create(account id, account name, settings, limits, services)`; it opens nothing and calls nobody.
    """

    vendor: Vendor
    settings: type[Any]
    create: Callable[[str, str, Any, Limits, Services], Adapter]


class Adapter(Protocol):
    """One account at one vendor. Methods raise GatewayError and nothing else.

    `id_parts` tells how many parts a Ref of each kind has here; a kind that is missing does not exist here.
    `upload_limits` are those of one `AddAttachments`, None where nothing is known or nothing can be attached.
    """

    account: Account
    id_parts: Mapping[Kind, int]
    upload_limits: UploadLimits | None
    reads: Reads
    writes: Writes
    pickers: Pickers

    async def orders(self, wanted: OrderFilter, after: Position | None, limit: int, descending: bool) -> Step[Order]:
        """The next step of the order list, at most `limit` rows; `after` None starts at the near end."""
        ...

    async def count_orders(self, wanted: OrderFilter) -> int | None:
        """How many orders the filter matches, or None where the vendor cannot tell without reading them all."""
        ...

    async def agreements(
        self, wanted: AgreementFilter, after: Position | None, limit: int, descending: bool
    ) -> Step[Agreement]: ...

    async def count_agreements(self, wanted: AgreementFilter) -> int | None: ...

    def customer_of(self, thing: object) -> str | None:
        """The key of the customer that a Ref, or a record of this account, names in the vendor's own way; None where it
        names none, or only in its unified `customer`. A REFERENCE Ref names one if its table is of customers."""
        ...

    def download(self, attachment: Attachment) -> AbstractAsyncContextManager[Download]:
        """The file behind an attachment, streamed; raises NotFound, VendorError."""
        ...

    def actions(self, order: Order) -> list[OrderAction]:
        """Every kind of action, whether this login may take it on that order now, and why not; makes no call."""
        ...

    def health(self) -> AccountHealth: ...

    async def check(self) -> list[Check]:
        """Logs in, makes one cheap read of each kind, and tells how it went; for `doctor`. Never raises."""
        ...

    async def close(self) -> None: ...
