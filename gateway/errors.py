"""The error tree, by what the caller can do about it.

GatewayError
├── Unauthenticated       say who you are: the credentials are missing, wrong or over
├── IssuerUnavailable     who asks cannot be told now: the keys of the token's issuer are out of reach
├── Forbidden             this principal may not; names the scope that it lacks
├── RateLimited           this principal has spent its budget; try again after `retry_after` seconds
├── ClientMistake         mend the request
│   ├── InvalidId
│   ├── BadUserInput      names the argument
│   ├── LimitExceeded     names the limit
│   │   └── CostExceeded      the document asks for more vendor calls than one operation may cost
│   ├── PersistedQueryNotFound, PersistedQueryNotSupported   the document behind a hash is not known here
│   └── Unsupported       this account cannot do that; nothing was called
├── VendorError           the vendor, or the way to it
│   ├── VendorUnavailable     try again later
│   │   ├── DeadlineExceeded  the vendor did not answer in time
│   │   │   └── OutOfTime     the operation's own time is over
│   │   └── CircuitOpen       it failed too often, and is not asked for `retry_after` seconds
│   ├── Throttled             try again after `retry_after` seconds
│   │   └── BudgetSpent       it was not asked: the vendor's budget allows no more calls in time
│   ├── VendorBadAnswer       the vendor answered what nobody can read
│   │   └── AnswerBrokeOff    its answer ended before its end
│   ├── VendorDenied          the vendor refuses this login the thing asked for
│   ├── VendorRefused         the vendor judged the request itself wrong; `vendor_code` says how
│   ├── NotFound              the vendor has no such thing; becomes null, never reaches a client as an error
│   └── Misconfigured         the operator has to mend the account
├── InProgress            the same write is under way; ask again with the same key
├── StoreUnavailable      the gateway's own store cannot be used; nothing was written at a vendor
└── FilterRequired, FilterNotSupported   a list left this account out; no call was made

`message` and all that `extensions` shows are safe: no URL, header, token or free vendor text ever goes in. What the
vendor wrote for people about a refused input stands apart, in `told` and `properties`, for `userErrors` alone.
"""

from __future__ import annotations

from typing import ClassVar


class GatewayError(Exception):
    code: ClassVar[str] = "INTERNAL"
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        vendor: str | None = None,
        account: str | None = None,
        retry_after: float | None = None,
        vendor_code: str | None = None,
        correlation_id: str | None = None,
        argument: str | None = None,
        limit: str | None = None,
        scope: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.vendor = vendor
        self.account = account
        self.retry_after = retry_after
        self.vendor_code = vendor_code
        self.correlation_id = correlation_id
        self.argument = argument
        self.limit = limit
        self.scope = scope
        self.sent = True
        """False where not a byte of the request left: nothing can have happened at the vendor."""
        self.own_failure = False
        """Whether the vendor failed in a way that may be about the thing asked for, and would do so again."""
        self.of_write = False
        """Whether the call that failed was one to create or change something, noted before it left."""
        self.told: str | None = None
        """The vendor's own words about what it refused: capped, without control characters, untrusted."""
        self.properties: tuple[str, ...] = ()
        """The vendor's names of the fields that it refused."""

    def happened_at(self, vendor: str, account: str) -> None:
        """Says where it happened, if nobody has yet: the vendor and the account's name."""
        self.vendor, self.account = self.vendor or vendor, self.account or account

    @property
    def certain(self) -> bool:
        """Whether a write that ended so has surely done nothing at the vendor."""
        return not self.sent or isinstance(self, CERTAIN)

    @property
    def extensions(self) -> dict[str, object]:
        """What clients see beside the message; graphql-core takes it over by this name."""
        known = {
            "vendor": self.vendor,
            "account": self.account,
            "retryAfter": self.retry_after,
            "vendorCode": self.vendor_code,
            "correlationId": self.correlation_id,
            "argument": self.argument,
            "limit": self.limit,
            "scope": self.scope,
        }
        return {"code": self.code, "retryable": self.retryable} | {k: v for k, v in known.items() if v is not None}


class Unauthenticated(GatewayError):
    code = "UNAUTHENTICATED"


class IssuerUnavailable(GatewayError):
    code = "UNAVAILABLE"
    retryable = True


class Forbidden(GatewayError):
    code = "FORBIDDEN"


class RateLimited(GatewayError):
    code = "THROTTLED"
    retryable = True


class ClientMistake(GatewayError):
    code = "BAD_USER_INPUT"


class InvalidId(ClientMistake):
    code = "INVALID_ID"


class BadUserInput(ClientMistake):
    code = "BAD_USER_INPUT"


class LimitExceeded(ClientMistake):
    code = "LIMIT_EXCEEDED"


class CostExceeded(LimitExceeded):
    code = "COST_EXCEEDED"


class PersistedQueryNotFound(ClientMistake):
    code = "PERSISTED_QUERY_NOT_FOUND"


class PersistedQueryNotSupported(ClientMistake):
    code = "PERSISTED_QUERY_NOT_SUPPORTED"


class Unsupported(ClientMistake):
    code = "UNSUPPORTED"


class VendorError(GatewayError):
    code = "VENDOR_UNAVAILABLE"


class VendorUnavailable(VendorError):
    code = "VENDOR_UNAVAILABLE"
    retryable = True


class DeadlineExceeded(VendorUnavailable):
    code = "DEADLINE_EXCEEDED"


class OutOfTime(DeadlineExceeded):
    pass


class CircuitOpen(VendorUnavailable):
    pass


class Throttled(VendorError):
    code = "THROTTLED"
    retryable = True


class BudgetSpent(Throttled):
    pass


class VendorBadAnswer(VendorError):
    code = "VENDOR_BAD_ANSWER"


class AnswerBrokeOff(VendorBadAnswer):
    pass


class VendorDenied(VendorError):
    code = "VENDOR_DENIED"


class VendorRefused(VendorError):
    code = "VENDOR_REFUSED"


class NotFound(VendorError):
    code = "NOT_FOUND"


class Misconfigured(VendorError):
    code = "MISCONFIGURED"


class InProgress(GatewayError):
    code = "IN_PROGRESS"
    retryable = True


class StoreUnavailable(GatewayError):
    code = "STORE_UNAVAILABLE"
    retryable = True


class FilterRequired(GatewayError):
    code = "FILTER_REQUIRED"


class FilterNotSupported(GatewayError):
    code = "FILTER_NOT_SUPPORTED"


NOT_ASKED: tuple[type[GatewayError], ...] = (CircuitOpen, BudgetSpent, OutOfTime)
"""What ends a call before it could leave, or once nobody has time for it, and may end very many of them."""

CERTAIN: tuple[type[GatewayError], ...] = (
    ClientMistake,
    Throttled,
    VendorDenied,
    VendorRefused,
    NotFound,
    Misconfigured,
    InProgress,
    StoreUnavailable,
)
"""An answer that says no, or an error from before any call."""
