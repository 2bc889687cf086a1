"""What resolvers of one request share: the accounts, the loaders, and what the request could not deliver."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import strawberry
from graphql import DocumentNode

from gateway.accounts import Accounts
from gateway.errors import GatewayError
from gateway.loaders import Loaders
from gateway.model.order import Attachment
from gateway.model.principal import Principal
from gateway.policy import Limits
from gateway.upstream.errand import Errand, Load
from gateway.upstream.tally import Tally
from gateway.watching import Watching
from gateway.writing import Writer


class DownloadLinks(Protocol):
    """Makes signed links to files on this gateway."""

    def link(self, attachment: Attachment, principal: Principal) -> str | None: ...


@dataclass(slots=True)
class Shortfall:
    """A part of the answer that is missing although the answer stands: becomes one GraphQL error."""

    path: list[str | int]
    error: GatewayError


@dataclass(frozen=True, slots=True)
class Watch:
    """What subscriptions need: the pollers, the rights that a principal has by now (None: none any more), and how many
    orders one of them may watch."""

    watching: Watching
    current: Callable[[Principal], Principal | None]
    max_orders: int


@dataclass(slots=True)
class Context:
    accounts: Accounts
    loaders: Loaders
    downloads: DownloadLinks
    writer: Writer
    principal: Principal
    tally: Tally
    explored: bool = False
    watch: Watch | None = None
    limits: Limits = field(default_factory=Limits)
    operation: tuple[str, str | None] | None = None  # its type and name, once it is read
    text: str | None = None
    document: DocumentNode | None = None  # parsed and valid
    cost: int = 0  # in vendor calls, as told before it ran
    entities: int = 0  # representations asked for
    seconds: float = 0.0  # that it may take, or each event of a stream
    errand: Errand | None = None
    shortfalls: list[Shortfall] = field(default_factory=list)
    selections: dict[tuple[int, ...], frozenset[str]] = field(default_factory=dict)

    def renew(self, principal: Principal, accounts: Accounts) -> None:
        """Begins anew for the next event of a stream, with the rights of this moment, nothing loaded before, and all
        its time."""
        self.principal, self.accounts, self.loaders = principal, accounts, Loaders(accounts)
        self.shortfalls.clear()
        self.tally.clear()
        if self.errand is not None:  # in its place: tasks that run already have it in their context
            self.errand.until = asyncio.get_running_loop().time() + self.seconds
            self.errand.load = Load()

    def missing(self, path: list[str | int], error: GatewayError) -> None:
        """Notes that the part of the answer at `path` is missing."""
        self.shortfalls.append(Shortfall(path, error))


Info = strawberry.Info[Context, None]
