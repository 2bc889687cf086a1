"""The partner's customers: which of them a list covers, what they are called, and a picker of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from gateway.errors import BadUserInput, FilterRequired, GatewayError, VendorDenied
from gateway.model.ref import GUID, Kind, Ref
from gateway.model.values import Party
from gateway.vendors.base import PickerPage
from gateway.vendors.partial import Partial
from gateway.vendors.partner_center import mapping_customers as mapping
from gateway.vendors.partner_center.api import Api
from gateway.vendors.partner_center.mapping_commerce import CUSTOMERS, canonical, readable
from gateway.vendors.partner_center.settings import Settings
from gateway.vendors.partner_center.shelf import Shelf

ROUTE: Final = "/customers"
PAGE: Final = 500
MAX_CUSTOMERS: Final = 2_000
KEPT_SECONDS: Final = 600.0


def customer_of(thing: object) -> str | None:
    """All the vendor's things are a customer's, and their Refs begin with it."""
    ref = thing if isinstance(thing, Ref) else getattr(thing, "ref", None)
    if not isinstance(ref, Ref) or len(ref.parts) < 2:
        return None
    if ref.kind is Kind.REFERENCE:
        return ref.parts[1] if ref.parts[0] == CUSTOMERS else None
    return ref.parts[0]


class Customers:
    """Kept for ten minutes, at most 2,000 of them."""

    def __init__(self, api: Api, settings: Settings, now: Callable[[], datetime]) -> None:
        self._api = api
        self._configured = tuple(dict.fromkeys(map(canonical, settings.customers)))
        self._max_listed = settings.max_customers_per_list
        self._shelf: Shelf[Partial[Party]] = Shelf(
            seconds=KEPT_SECONDS, now=now, max_entries=1, max_weight=1, weigh=lambda _: 1
        )

    async def listed(self, keys: Sequence[str]) -> Partial[str]:
        """The customers named, or else the configured ones, or else all; a key of another vendor's form is nobody here.

        Raises FilterRequired where they are more than one list may read, before any of them is asked about.
        """
        if keys:
            found = Partial(dict.fromkeys(canonical(key) for key in keys if GUID.fullmatch(key)))
        elif self._configured:
            found = Partial(self._configured)
        else:
            everybody = await self.all()
            found = Partial((party.key for party in everybody), everybody.omitted)
        if len(found) > self._max_listed:
            raise FilterRequired(
                f"This would read the lists of {len(found)} customers, and {self._max_listed} are allowed at once; "
                "name some in customerKeys."
            )
        return found

    async def all(self) -> Partial[Party]:
        """By name. Raises VendorDenied where this login may not list them."""
        return await self._shelf.get(CUSTOMERS, self._read)

    async def named(self, refs: Sequence[Ref]) -> Mapping[Ref, Party | GatewayError]:
        """The read PARTY: nothing where the login may not see the names."""
        try:
            known = {party.key: party for party in await self.all()}
        except VendorDenied:
            return {}
        return {ref: known[ref.parts[-1]] for ref in refs if ref.parts[-1] in known}

    async def pick(
        self, search: str | None, first: int, after: str | None, keys: frozenset[str] | None = None
    ) -> PickerPage[Party]:
        """A page of customers whose name or key contains the text. Raises BadUserInput for a strange cursor."""
        parties: Sequence[Party] = await self.all()
        if keys is not None:
            parties = tuple(party for party in parties if party.key in keys)
        if self._configured:
            parties = tuple(party for party in parties if party.key in self._configured)
        if after is not None:
            start = next((place for place, party in enumerate(parties, 1) if party.key == after), None)
            if start is None:
                raise BadUserInput("after is not a cursor of this list.", argument="after")
            parties = parties[start:]
        text = (search or "").strip().casefold()
        found = [party for party in parties if text in (party.name or "").casefold() or text in party.key]
        page = tuple(found[:first])
        return PickerPage(page, tuple(party.key for party in page), len(found) > len(page))

    async def _read(self) -> Partial[Party]:
        found: dict[str, Party] = {}
        omitted = 0
        token: str | None = None
        while len(found) < MAX_CUSTOMERS:
            parties, token = await self._api.get(
                ("customers",),
                lambda body: (readable(body, "customer list", mapping.customer), mapping.continuation(body)),
                route=ROUTE,
                query=f"size={PAGE}" if token is None else f"size={PAGE}&seekOperation=Next",
                headers={"MS-ContinuationToken": token} if token is not None else None,
            )
            before = len(found)
            found.update((party.key, party) for party in parties)
            omitted += parties.omitted
            if token is None:
                break
            if len(found) == before:
                omitted += 1  # it says that there is at least one more, and shows none
                break
        return Partial(sorted(found.values(), key=lambda party: ((party.name or "").casefold(), party.key)), omitted)
