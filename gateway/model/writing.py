"""What becomes of a write: its outcome, what was wrong with its input, and what may be done to an order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from gateway.model.ref import Ref


class Absent(Enum):
    """The value of a field that a client left out, where leaving out means something other than null."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


class WriteState(Enum):
    DONE = "done"
    PARTLY_DONE = "partly_done"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class UserErrorCode(Enum):
    REQUIRED = "required"
    INVALID = "invalid"
    NOT_ALLOWED_HERE = "not_allowed_here"
    NOT_FOUND = "not_found"
    STALE = "stale"
    EXPIRED = "expired"
    LINE_ERRORS = "line_errors"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    BAD_FILE_TYPE = "bad_file_type"
    AGREEMENT_REQUIRED = "agreement_required"
    ATTESTATION_REQUIRED = "attestation_required"
    CONSENT_REQUIRED = "consent_required"
    CREDIT_LIMIT = "credit_limit"
    UNSUPPORTED = "unsupported"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    VENDOR_REFUSED = "vendor_refused"


@dataclass(frozen=True, slots=True)
class UserError:
    """`field` is the path into the mutation's input, list indices as text; None where it is no one field's fault."""

    code: UserErrorCode
    message: str
    field: tuple[str, ...] | None = None
    vendor_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a write ended, without the things themselves: it is kept, and told again for another selection.

    `refs` are what it made or touched, by the names that the mutation's payload uses; `facts` are further plain values
    (JSON) for the payload. UNKNOWN says where was `searched` and which `candidates` were found.
    """

    state: WriteState
    refs: Mapping[str, tuple[Ref, ...]] = field(default_factory=dict)
    user_errors: tuple[UserError, ...] = ()
    searched: str | None = None
    candidates: tuple[Ref, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def done(cls, *, facts: Mapping[str, Any] | None = None, **refs: Ref | tuple[Ref, ...]) -> Outcome:
        return cls(state=WriteState.DONE, refs=grouped(refs), facts=facts or {})

    @classmethod
    def refused(cls, *errors: UserError) -> Outcome:
        return cls(state=WriteState.REFUSED, user_errors=errors)

    @classmethod
    def unknown(cls, searched: str | None, candidates: tuple[Ref, ...] = (), **refs: Ref | tuple[Ref, ...]) -> Outcome:
        return cls(state=WriteState.UNKNOWN, refs=grouped(refs), searched=searched, candidates=candidates)

    def packed(self) -> dict[str, Any]:
        """Plain JSON values, for keeping."""
        return {
            "state": self.state.value,
            "refs": {name: [ref.encode() for ref in refs] for name, refs in self.refs.items()},
            "userErrors": [[e.code.value, e.message, e.field, e.vendor_code] for e in self.user_errors],
            "searched": self.searched,
            "candidates": [ref.encode() for ref in self.candidates],
            "facts": dict(self.facts),
        }

    @classmethod
    def unpacked(cls, kept: Mapping[str, Any]) -> Outcome:
        return cls(
            state=WriteState(kept["state"]),
            refs={name: tuple(map(Ref.decode, refs)) for name, refs in kept["refs"].items()},
            user_errors=tuple(
                UserError(UserErrorCode(code), message, None if path is None else tuple(path), vendor_code)
                for code, message, path, vendor_code in kept["userErrors"]
            ),
            searched=kept["searched"],
            candidates=tuple(map(Ref.decode, kept["candidates"])),
            facts=kept["facts"],
        )


@dataclass(frozen=True, slots=True)
class Written:
    """A write's outcome as one caller sees it; `replayed`: it was done for an earlier request with the same key. There
    is no key where nothing was tried and none was given."""

    outcome: Outcome
    idempotency_key: str | None
    replayed: bool = False

    @property
    def state(self) -> WriteState:
        return self.outcome.state

    @property
    def searched(self) -> str | None:
        return self.outcome.searched

    @property
    def user_errors(self) -> tuple[UserError, ...]:
        return self.outcome.user_errors


class OrderActionKind(Enum):
    UPDATE = "update"
    SUBMIT = "submit"
    CANCEL = "cancel"
    ADD_ATTACHMENTS = "add_attachments"


@dataclass(frozen=True, slots=True)
class OrderAction:
    """Whether something may be done to an order now; `reason` says why not, or what it takes."""

    kind: OrderActionKind
    possible: bool
    reason: str | None = None


def grouped(refs: Mapping[str, Ref | tuple[Ref, ...]]) -> dict[str, tuple[Ref, ...]]:
    return {name: one if isinstance(one, tuple) else (one,) for name, one in refs.items()}
