"""What an operator says about one Partner Center account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from gateway.model.files import UploadLimits
from gateway.model.ref import GUID
from gateway.secret import Secret
from gateway.upstream.bucket import FEWEST

LONGEST_CACHE: Final = 900.0
MOST_ATTACHMENTS: Final = 100

Cloud = Literal["global", "us_gov", "china"]


class Addresses(NamedTuple):
    """Where a cloud's API is, who gives tokens for it, and what a token must be for."""

    base_url: str
    authority: str
    resource: str


# learn.microsoft.com/partner-center/developer/partner-center-rest-urls; tokens and data do not cross clouds.
CLOUDS: Final[Mapping[Cloud, Addresses]] = {
    "global": Addresses(
        "https://api.partnercenter.microsoft.com",
        "https://login.microsoftonline.com",
        "https://api.partnercenter.microsoft.com",
    ),
    "us_gov": Addresses(
        "https://api.partnercenter.microsoft.com",
        "https://login.microsoftonline.us",
        "https://api.partnercenter.microsoft.com",
    ),
    "china": Addresses(
        "https://partner.partnercenterapi.microsoftonline.cn",
        "https://login.chinacloudapi.cn",
        "https://partner.partnercenterapi.microsoftonline.cn",
    ),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """`client_secret` logs in by itself where `app_only`, and together with `refresh_token` for what needs a user.

    `customers` are those whose orders a list reads that names none, all of the partner's if empty; one list reads at
    most `max_customers_per_list`. The vendor documents no bounds of purchase order files; `max_attachment_bytes` of
    each and `max_attachments` at once are ours. `requests_per_minute` are what it allows for each kind of resource that
    it publishes a limit of. `base_url`, `authority` and `resource` replace the cloud's own.
    """

    tenant_id: str
    client_id: str
    client_secret: Secret
    refresh_token: Secret | None = None
    app_only: bool = True
    cloud: Cloud = "global"
    base_url: str | None = None
    authority: str | None = None
    resource: str | None = None
    customers: tuple[str, ...] = ()
    max_customers_per_list: int = 25
    list_cache_seconds: float = 60.0
    max_attachment_bytes: int = 25 * 1024 * 1024
    max_attachments: int = 10
    requests_per_minute: int = 500

    def validate(self) -> list[tuple[str, str]]:
        """What is wrong with it, by key."""
        problems = []
        if not self.app_only and self.refresh_token is None:
            problems.append(("refresh_token", "is missing, and with app_only off there is no other way to log in"))
        if self.max_customers_per_list < 1:
            problems.append(("max_customers_per_list", "must be at least 1"))
        if not 0 <= self.list_cache_seconds <= LONGEST_CACHE:
            problems.append(("list_cache_seconds", f"must be from 0 to {LONGEST_CACHE:g}"))
        if self.max_attachment_bytes < 1:
            problems.append(("max_attachment_bytes", "must be at least 1"))
        if not 1 <= self.max_attachments <= MOST_ATTACHMENTS:
            problems.append(("max_attachments", f"must be from 1 to {MOST_ATTACHMENTS}"))
        if self.requests_per_minute < FEWEST:
            problems.append(("requests_per_minute", f"must be at least {FEWEST}"))
        if not all(GUID.fullmatch(customer) for customer in self.customers):
            problems.append(("customers", "must be GUIDs, the customers' tenant ids"))
        return problems

    @property
    def addresses(self) -> Addresses:
        own = CLOUDS[self.cloud]
        return Addresses(self.base_url or own.base_url, self.authority or own.authority, self.resource or own.resource)

    @property
    def upload_limits(self) -> UploadLimits:
        """Any type of file: create-attachments-for-an-order names none."""
        total = self.max_attachment_bytes * self.max_attachments
        return UploadLimits(self.max_attachment_bytes, self.max_attachments, total)
