"""What resolvers of one request share: the accounts, the loaders, and what the request could not deliver."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import strawberry

from gateway.accounts import Accounts
from gateway.errors import GatewayError
from gateway.loaders import Loaders
from gateway.model.order import Attachment
from gateway.model.principal import Principal
from gateway.upstream.tally import Tally
from gateway.writing import Writer


class DownloadLinks(Protocol):
    """Makes signed links to files on this gateway."""

    def link(self, attachment: Attachment, principal: Principal) -> str | None: ...


@dataclass(slots=True)
class Shortfall:
    """A part of the answer that is missing although the answer stands: becomes one GraphQL error."""

    path: list[str | int]
    error: GatewayError


@dataclass(slots=True)
class Context:
    accounts: Accounts
    loaders: Loaders
    downloads: DownloadLinks
    writer: Writer
    principal: Principal
    tally: Tally
    shortfalls: list[Shortfall] = field(default_factory=list)
    selections: dict[tuple[int, ...], frozenset[str]] = field(default_factory=dict)

    def missing(self, path: list[str | int], error: GatewayError) -> None:
        """Notes that the part of the answer at `path` is missing."""
        self.shortfalls.append(Shortfall(path, error))


Info = strawberry.Info[Context, None]
