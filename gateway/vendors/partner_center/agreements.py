"""Customers' acceptances of terms, and whether they signed directly; all of it takes a user's login."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from gateway.errors import GatewayError
from gateway.model.account import Account
from gateway.model.agreement import Agreement, AgreementKind, AgreementStatus
from gateway.model.ref import Ref
from gateway.vendors.base import AgreementFilter, Position, Step, agreement_position
from gateway.vendors.partial import Partial
from gateway.vendors.partner_center import mapping_customers as mapping
from gateway.vendors.partner_center.api import Api
from gateway.vendors.partner_center.asking import told
from gateway.vendors.partner_center.customers import Customers
from gateway.vendors.partner_center.fanout import each
from gateway.vendors.partner_center.lists import CustomerLists
from gateway.vendors.partner_center.mapping_commerce import items
from gateway.vendors.partner_center.settings import Settings
from gateway.vendors.reading import Row

LIST: Final = "/customers/{customer}/agreements"
EVERY_TYPE: Final = "agreementType=*"  # left out, the vendor shows the legacy type only
DIRECT: Final = "directSignedMicrosoftCustomerAgreementStatus"


class Agreements:
    def __init__(
        self,
        api: Api,
        account: Account,
        customers: Customers,
        settings: Settings,
        now: Callable[[], datetime],
    ) -> None:
        self._api = api
        self._account = account
        self._customers = customers
        self._lists = CustomerLists(
            self._list, self._row, agreement_position, seconds=settings.list_cache_seconds, now=now
        )

    async def step(
        self, wanted: AgreementFilter, after: Position | None, limit: int, descending: bool
    ) -> Step[Agreement]:
        covered = await self._covered(wanted)
        return await self._lists.step(covered, lambda one: True, after, limit, descending, covered.omitted)

    async def count(self, wanted: AgreementFilter) -> int | None:
        covered = await self._covered(wanted)
        return await self._lists.count(covered, lambda one: True, covered.omitted)

    async def read(self, refs: Sequence[Ref]) -> Mapping[Ref, Agreement | GatewayError]:
        """The vendor gives agreements no id: one call per customer, and the digest finds the right one."""
        lists = await each([ref.parts[0] for ref in refs], self._lists.read)
        answers: dict[Ref, Agreement | GatewayError] = {}
        for customer, answer in lists.items():
            own = [ref for ref in refs if ref.parts[0] == customer]
            if isinstance(answer, GatewayError):
                answers |= dict.fromkeys(own, answer)
                continue
            listed = {one.ref: one for _, one in answer.rows}
            for ref in own:
                answers |= told(ref, listed, answer.omitted)
        return answers

    async def direct_signed(self, refs: Sequence[Ref]) -> Mapping[Ref, bool | GatewayError]:
        """By customer."""

        async def one(ref: Ref) -> bool:
            path = ("customers", ref.parts[-1], DIRECT)
            return await self._api.get(
                path, mapping.direct_signed, route="/customers/{customer}/" + DIRECT, as_user=True
            )

        return await each(refs, one)

    async def _covered(self, wanted: AgreementFilter) -> Partial[str]:
        """Whose agreements all match: they are of one kind and status, so the conditions keep all or none."""
        possible = (not wanted.kinds or AgreementKind.ACCEPTED_TERMS in wanted.kinds) and (
            not wanted.statuses or AgreementStatus.ACCEPTED in wanted.statuses
        )
        return await self._customers.listed(wanted.customer_keys) if possible else Partial(())

    async def _list(self, customer: str) -> list[Any]:
        path = ("customers", customer, "agreements")
        return await self._api.get(
            path, lambda body: items(body, "agreement list"), route=LIST, query=EVERY_TYPE, as_user=True
        )

    def _row(self, item: Any, customer: str) -> Agreement:
        return mapping.agreement(Row(item, "agreement"), self._account, customer)
