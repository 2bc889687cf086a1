"""Fields that only Sellercloud's detail read knows: loaded once per order, when one of them is selected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import strawberry

from gateway.model.ref import Ref
from gateway.schema.context import Info
from gateway.schema.cost import calls
from gateway.schema.view import edge
from gateway.vendors.base import ORDER_DETAIL
from gateway.vendors.sellercloud.details import SellercloudDetail, SellercloudLineDetail, SellercloudLineDetails

DETAIL = calls(sellercloud=1, read="detail", of="Order")


class OfOrder(Protocol):
    """A record that knows which order it is of."""

    @property
    def order(self) -> Ref | None: ...


async def detail_of(order: Ref | None, info: Info) -> SellercloudDetail | None:
    if order is None:
        return None
    found = await info.context.loaders.load(ORDER_DETAIL, order)
    return found.details if found and isinstance(found.details, SellercloudDetail) else None


async def line_detail_of(line: SellercloudLineDetails, info: Info) -> SellercloudLineDetail | None:
    detail = await detail_of(line.order, info)
    return detail.lines.get(line.line) if detail else None


def from_detail(pick: Callable[[SellercloudDetail], object], description: str) -> Any:
    """A field of a record that has an `order`, answered by that order's detail."""

    async def resolve(root: strawberry.Parent[OfOrder], info: Info) -> Any:
        detail = await detail_of(root.order, info)
        return pick(detail) if detail else None

    return edge(resolve, description, DETAIL)


def from_line_detail(pick: Callable[[SellercloudLineDetail], object], description: str) -> Any:
    """A field of a line, answered by its order's detail."""

    async def resolve(root: strawberry.Parent[SellercloudLineDetails], info: Info) -> Any:
        detail = await line_detail_of(root, info)
        return pick(detail) if detail else None

    return edge(resolve, description, DETAIL)
