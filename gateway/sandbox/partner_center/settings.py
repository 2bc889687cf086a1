"""The emulator's knobs, read at each request so that a change acts at once."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Settings:
    """Knobs with JSON-friendly values. Times are in seconds; a zero limit is no limit; counters count down to zero."""

    noise: bool = True  # casing, date forms, string codes, missing optional fields; the same for an object each time
    tenant: str = "sandbox"  # or "production": decides which orders may be cancelled

    token_lifetime: float = 3600
    refresh_token_lifetime: float = 90 * 86400
    refresh_token_single_use: bool = False
    mfa_claim: bool = True  # off: new App+User tokens lack the claim and get 401/900421

    requests_per_minute: int = 0  # per tenant and resource family
    replay_window_seconds: float = 86400  # how long an MS-RequestId brings back its first answer

    cart_lifetime_seconds: float = 7 * 86400
    cart_expired: bool = False  # every cart counts as expired
    cart_held: int = 0  # the next n cart updates or checkouts find the cart held: 409/800064
    put_cart_status: int = 200  # or 201
    checkout_status: int = 201  # or 200
    checkout_bare: bool = False  # on: a checkout answers with its first order alone, as one published sample does
    checkout_in_progress: int = 0  # the next n checkouts do their work and answer 409/800060
    repeat_checkout: str = "replay"  # or "refuse": 400/800065 for a cart that went through
    attestation_required: bool = False  # 900206 when a reseller is named without the partner's attestation
    credit_limited: bool = True  # off: the credit-limited item can be bought
    sandbox_limits: bool = False  # 25 licences a subscription, 5 subscriptions a customer

    provisioning_seconds: float = 5  # how long a new order is pending
    list_lag_seconds: float = 0  # how long a new order is missing from lists
    deal_review_verdict: str = "none"  # for orders in pending_review: "approve", "po" (upload asked for) or "reject"
    review_verdict: str = "none"  # after a purchase order upload: "approve" or "reject"
    review_seconds: float = 1  # how long either review takes
    cancel_window_days: int = 60  # orders older than this cannot be cancelled

    attachment_max_bytes: int = 25 * 1024 * 1024
    attachment_max_files: int = 10
    attachment_types: list[str] = field(default_factory=list)  # content types taken; empty: any
    upload_any_status: bool = False  # on: uploads are taken whatever the order's status

    patch_subscription_status: int = 200  # or 202 with Location: the change shows after provisioning_seconds
