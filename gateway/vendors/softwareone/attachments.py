"""Attachments, one collection per agreement, from which an order takes those that name it; and their files."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from gateway.errors import GatewayError, NotFound, VendorBadAnswer
from gateway.model.order import Attachment, AttachmentKind
from gateway.model.ref import Kind, Ref
from gateway.upstream.client import Stream, Upstream, path
from gateway.upstream.flights import Flights
from gateway.vendors.base import Download, OrderPlace
from gateway.vendors.delivery import delivers
from gateway.vendors.partial import Partial
from gateway.vendors.reading import Row
from gateway.vendors.softwareone import mapping
from gateway.vendors.softwareone.collection import Collection, converted
from gateway.vendors.softwareone.mapping_agreements import Origin
from gateway.vendors.softwareone.orders import Orders
from gateway.vendors.softwareone.redirect import STATUSES, Resolve, addresses, target
from gateway.vendors.softwareone.traffic import FILE

ROUTE: Final = "/v1/commerce/agreements/{agreement}/attachments"
MEDIA_TYPE: Final = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}(;[\x20-\x7e]{1,200})?", re.ASCII)
JSON: Final = "application/json"
LENGTH: Final = re.compile(r"\d{1,15}", re.ASCII)

log = logging.getLogger("gateway.vendors.softwareone")


class Attachments:
    """`base_url` is where redirects start from; `allow_private` and `resolve` are for the redirect's rule."""

    def __init__(
        self,
        upstream: Upstream,
        origin: Origin,
        orders: Orders,
        base_url: str,
        *,
        allow_private: bool,
        resolve: Resolve = addresses,
    ) -> None:
        self._upstream = upstream
        self._origin = origin
        self._orders = orders
        self._base_url = base_url.rstrip("/")
        self._allow_private = allow_private
        self._resolve = resolve
        self._flights: Flights[Ref, Partial[Attachment]] = Flights()

    async def of_orders(
        self, places: Sequence[OrderPlace]
    ) -> Mapping[OrderPlace, tuple[Attachment, ...] | GatewayError]:
        """By order; as many calls as there are agreements. An order that came without its agreement is read first."""
        agreements = await self._agreements(places)
        collections = await self._collections({ref for ref in agreements.values() if isinstance(ref, Ref)})
        found: dict[OrderPlace, tuple[Attachment, ...] | GatewayError] = {}
        for place, agreement in agreements.items():
            every = agreement if isinstance(agreement, GatewayError) else collections[agreement]
            if isinstance(every, GatewayError):
                found[place] = every
            else:
                found[place] = Partial((one for one in every if one.order == place.order), every.omitted)
        return found

    async def of_agreements(self, keys: Sequence[Ref]) -> Mapping[Ref, Partial[Attachment] | GatewayError]:
        return await self._collections(set(keys))

    async def read(self, keys: Sequence[Ref]) -> Mapping[Ref, Attachment | GatewayError]:
        """By their own refs, one call per agreement."""
        by_agreement: dict[Ref, list[Ref]] = defaultdict(list)
        for key in keys:
            by_agreement[key.parent(Kind.AGREEMENT)].append(key)
        answers = await asyncio.gather(*(self._some(agreement, some) for agreement, some in by_agreement.items()))
        return {key: value for answer in answers for key, value in answer.items()}

    @asynccontextmanager
    async def download(self, attachment: Attachment) -> AsyncIterator[Download]:
        """The file: the address of its record, asked for in the file's own media type."""
        if attachment.kind is AttachmentKind.LICENSE_KEY:
            raise NotFound("A licence key has no file.")
        media_type = attachment.content_type or ""
        if not MEDIA_TYPE.fullmatch(media_type):
            raise VendorBadAnswer("The vendor does not say what kind of file this is.")
        where = path("v1", "commerce", "agreements", attachment.ref.parts[0], "attachments", attachment.ref.parts[1])
        route = f"{ROUTE}/{{attachment}}"
        async with AsyncExitStack() as stack:
            answer = await stack.enter_async_context(
                self._upstream.stream(where, route=route, headers={"Accept": media_type})
            )
            if answer.status in STATUSES:
                location = answer.headers.get("location")
                await stack.aclose()  # or the second call would wait for the place that the first one holds
                url = await target(
                    location, self._base_url + where, allow_private=self._allow_private, resolve=self._resolve
                )
                storage = self._upstream.stream(
                    "", url=url, route=route + FILE, headers={"Accept": "*/*"}, public_only=not self._allow_private
                )
                answer = await stack.enter_async_context(storage)
            yield opened(answer, media_type)

    async def _agreements(self, places: Sequence[OrderPlace]) -> dict[OrderPlace, Ref | GatewayError]:
        found: dict[OrderPlace, Ref | GatewayError] = {
            place: place.agreement for place in places if place.agreement is not None
        }
        unknown = [place for place in places if place.agreement is None]
        orders = await self._orders.read([place.order for place in unknown]) if unknown else {}
        for place in unknown:
            order = orders.get(place.order)
            if isinstance(order, GatewayError):
                found[place] = order
            elif order is not None:
                found[place] = order.agreement.ref if order.agreement else NotFound("This order has no agreement.")
        return found

    async def _collections(self, agreements: set[Ref]) -> dict[Ref, Partial[Attachment] | GatewayError]:
        answers = await asyncio.gather(*(self._flights.ask([ref], self._of_agreement) for ref in agreements))
        return {ref: one for answer in answers for ref, one in answer.items()}

    async def _of_agreement(self, keys: Sequence[Ref]) -> dict[Ref, Partial[Attachment]]:
        (agreement,) = keys
        rows = await self._collection(agreement).all([])
        known = [self._converted(row, agreement) for row in rows]
        readable = [one for one in known if not isinstance(one, GatewayError)]
        unread = len(known) - len(readable) + rows.omitted
        if unread:
            log.warning("%s: %d attachments of an agreement cannot be read", agreement.account, unread)
        return {agreement: Partial(readable, unread)}

    async def _some(self, agreement: Ref, keys: list[Ref]) -> dict[Ref, Attachment | GatewayError]:
        try:
            rows = await self._collection(agreement).by_ids(key.parts[-1] for key in keys)
        except GatewayError as error:
            return dict.fromkeys(keys, error)
        return {key: self._converted(rows[key.parts[-1]], agreement) for key in keys if key.parts[-1] in rows}

    def _collection(self, agreement: Ref) -> Collection:
        where = path("v1", "commerce", "agreements", *agreement.parts, "attachments")
        return Collection(self._upstream, where, ROUTE, "attachments", "audit")

    def _converted(self, row: Row | GatewayError, agreement: Ref) -> Attachment | GatewayError:
        return converted(row, lambda known: mapping.attachment(known, agreement.parts[0], self._origin))


def opened(answer: Stream, media_type: str) -> Download:
    """The file of an answer that has one; raises VendorBadAnswer for another redirect, its record, a page."""
    if answer.status != 200 or not delivers(answer.headers.get("content-type"), media_type):
        raise VendorBadAnswer("The vendor did not give the file.")
    length = answer.headers.get("content-length", "")
    return Download(answer.chunks, media_type, int(length) if LENGTH.fullmatch(length) else None)
