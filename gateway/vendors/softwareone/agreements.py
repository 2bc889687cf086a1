"""Agreements and what they bring: subscriptions, assets, and how their bills are split."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from gateway.errors import GatewayError
from gateway.model.agreement import Agreement, Asset, ProductSubscription
from gateway.model.ref import Kind, Ref
from gateway.upstream.client import Upstream, path
from gateway.vendors.base import AgreementFilter, Position, Step
from gateway.vendors.reading import Row
from gateway.vendors.softwareone import mapping_agreements as mapping
from gateway.vendors.softwareone.collection import Collection, converted, read
from gateway.vendors.softwareone.conditions import agreement_conditions
from gateway.vendors.softwareone.details import Split
from gateway.vendors.softwareone.mapping_agreements import Origin
from gateway.vendors.softwareone.steps import step

AGREEMENTS: Final = "/v1/commerce/agreements"
SUBSCRIPTIONS: Final = "/v1/commerce/subscriptions"
ASSETS: Final = "/v1/commerce/assets"
SPLIT_OF: Final = {Kind.AGREEMENT: "agreements", Kind.SUBSCRIPTION: "subscriptions"}


class Agreements:
    def __init__(self, upstream: Upstream, origin: Origin) -> None:
        self._upstream = upstream
        self._origin = origin
        select = "lines,parameters,subscriptions,assets,certificates,termsAndConditions,audit"
        self.collection = Collection(upstream, AGREEMENTS, AGREEMENTS, "agreements", select)
        self.subscriptions = Collection(
            upstream, SUBSCRIPTIONS, SUBSCRIPTIONS, "subscriptions", "lines,parameters,audit"
        )
        self.assets = Collection(upstream, ASSETS, ASSETS, "assets", "audit")

    async def read(self, keys: Sequence[Ref]) -> Mapping[Ref, Agreement | GatewayError]:
        return await read(self.collection, keys, self._agreement)

    async def list(
        self, wanted: AgreementFilter, after: Position | None, limit: int, descending: bool
    ) -> Step[Agreement]:
        conditions = agreement_conditions(wanted)
        if conditions is None:
            return Step(rows=(), resume=None, total=0)
        account = self._origin.account
        return await step(
            self.collection,
            conditions,
            self._agreement,
            lambda agreement: asked_for(agreement, wanted),
            account,
            after,
            limit,
            descending,
        )

    async def count(self, wanted: AgreementFilter) -> int | None:
        conditions = agreement_conditions(wanted)
        return 0 if conditions is None else await self.collection.count(conditions)

    async def read_subscriptions(self, keys: Sequence[Ref]) -> Mapping[Ref, ProductSubscription | GatewayError]:
        """A draft is none of the vendor's subscriptions yet; its order alone knows it."""
        return await read(self.subscriptions, keys, lambda row: mapping.subscription(row, self._origin))

    async def read_assets(self, keys: Sequence[Ref]) -> Mapping[Ref, Asset | GatewayError]:
        return await read(self.assets, keys, lambda row: mapping.asset(row, self._origin))

    async def splits(self, keys: Sequence[Ref]) -> Mapping[Ref, Split | GatewayError]:
        """How each agreement or subscription is billed to several buyers, one call each."""
        found = await asyncio.gather(*(self._split(key) for key in keys))
        return dict(zip(keys, found, strict=True))

    async def _split(self, key: Ref) -> Split | GatewayError:
        collection = SPLIT_OF[key.kind]
        try:
            answer = await self._upstream.get(
                path("v1", "commerce", collection, *key.parts, "split"), route=f"/v1/commerce/{collection}/{{id}}/split"
            )
        except GatewayError as error:
            return error
        return converted(Row(answer.body, "split"), lambda row: mapping.split(row, key.parts[-1]))

    def _agreement(self, row: Row) -> Agreement:
        return mapping.agreement(row, self._origin)


def asked_for(agreement: Agreement, wanted: AgreementFilter) -> bool:
    """Whether a row is what the vendor was asked for. Its ids compare without case."""
    customer = agreement.customer.key.casefold() if agreement.customer else ""
    return (not wanted.customer_keys or customer in map(str.casefold, wanted.customer_keys)) and (
        not wanted.statuses or agreement.status in wanted.statuses
    )
