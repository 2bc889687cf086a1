"""What the fault matrix expects: how each fault of the sandbox strikes, and what a client sees of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tests.whole.fault_bench import RETRIES

PATIENCE: Final = 3.0  # seconds that an account waits for what comes late; the bench makes them short
LONG: Final = 60.0  # seconds: until the bench says that they are over

UNAVAILABLE, LATE, THROTTLED = "VENDOR_UNAVAILABLE", "DEADLINE_EXCEEDED", "THROTTLED"
BAD, DENIED = "VENDOR_BAD_ANSWER", "VENDOR_DENIED"
RETRYABLE: Final = {UNAVAILABLE, LATE, THROTTLED}


@dataclass(frozen=True)
class Strike:
    """A fault of that kind with these properties. `late`: an account waits for the answer in vain."""

    kind: str
    more: Mapping[str, Any] = field(default_factory=dict)
    late: bool = False

    @property
    def patience(self) -> float | None:
        return PATIENCE if self.late else None

    @property
    def limits(self) -> Mapping[str, float]:
        return {"timeout_seconds": PATIENCE, "max_retries": 1} if self.late else {}


STRIKES: Final[dict[str, Strike]] = {
    "latency": Strike("latency", {"seconds": LONG}, late=True),
    "late": Strike("late", {"seconds": LONG}, late=True),
    "throttle": Strike("throttle", {"retry_after": 0}),
    "unauthorized": Strike("unauthorized"),
    "error 503": Strike("error", {"status": 503}),
    "error 500": Strike("error", {"status": 500}),
    "drop": Strike("drop"),
    "lost": Strike("lost"),
    "delayed_commit": Strike("delayed_commit", {"seconds": LONG}),
    "truncate": Strike("truncate"),
    "html": Strike("html"),
    "html 502": Strike("html", {"status": 502}),
    "ok_with_error": Strike("ok_with_error"),
    "mislabelled": Strike("mislabelled"),
    "garbage": Strike("garbage"),
    "empty": Strike("empty"),
    "bomb": Strike("bomb"),
    "huge": Strike("huge"),
    "redirect": Strike("redirect"),
}


@dataclass(frozen=True)
class Shown:
    """What a read shows: the error's code (None: all of it and no error; `nothing`: neither), and how often its call
    was made."""

    code: str | None
    tries: int
    nothing: bool = False


@dataclass(frozen=True)
class Reading:
    """A fault that strikes once, and one that strikes for ever."""

    once: Shown
    ever: Shown


def outlived(code: str, retries: int = RETRIES) -> Reading:
    """Made again, which helps where it strikes once."""
    return Reading(Shown(None, 2), Shown(code, 1 + retries))


def final(code: str) -> Reading:
    """An answer, if a bad one: it is not asked for again."""
    return Reading(Shown(code, 1), Shown(code, 1))


# What a read shows of each fault.
READING: Final[dict[str, Reading]] = {
    "latency": outlived(LATE, 1),
    "late": outlived(LATE, 1),
    "throttle": outlived(THROTTLED),
    "unauthorized": Reading(Shown(None, 2), Shown(DENIED, 2)),  # once more after another login
    "error 503": outlived(UNAVAILABLE),
    "error 500": outlived(UNAVAILABLE),
    "drop": outlived(UNAVAILABLE),
    "lost": outlived(UNAVAILABLE),
    "delayed_commit": outlived(UNAVAILABLE),
    "truncate": outlived(BAD),
    "html": final(BAD),
    "html 502": outlived(UNAVAILABLE),
    "ok_with_error": final(BAD),
    "mislabelled": final(BAD),
    "garbage": final(BAD),
    "empty": final(BAD),
    "bomb": final(BAD),
    "huge": final(BAD),
    "redirect": final(BAD),
}
# Exceptions of a whole vendor, by its own words.
READING_AT: Final[dict[tuple[str, str], Reading]] = {
    ("softwareone", "unauthorized"): final(DENIED),  # a token that is not renewed
    ("softwareone", "ok_with_error"): outlived(UNAVAILABLE),  # its problem names the status 500
    ("sellercloud", "error 500"): final(UNAVAILABLE),  # its answer to anything that it does not like
}
# Exceptions of single reads: a login that may not see names and what describes them does without.
NAMELESS: Final = Reading(Shown(None, 2), Shown(None, 2, nothing=True))
READING_OF: Final[dict[tuple[str, str], Reading]] = {
    ("party at partner_center", "unauthorized"): NAMELESS,
    ("party at sellercloud", "unauthorized"): NAMELESS,
    ("sellercloud_vendor at sellercloud", "unauthorized"): NAMELESS,
    ("sellercloud_company at sellercloud", "unauthorized"): NAMELESS,
    ("sellercloud_warehouse at sellercloud", "unauthorized"): NAMELESS,
}
# Calls that a read makes besides, to learn what the answer leaves open.
MORE: Final[dict[tuple[str, str], int]] = {
    ("order_detail at sellercloud", "error 500"): 1,  # is it there at all? Its row tells
    ("order_detail at sellercloud", "garbage"): 1,  # no lines in it, so they are asked for
    ("order_detail at sellercloud", "empty"): 1,
}


def reading(vendor: str, row: str, strike: str) -> Reading:
    return READING_OF.get((row, strike)) or READING_AT.get((vendor, strike)) or READING[strike]


BROKEN_OFF: Final = "broken off"
DELIVERED: Final = Reading(Shown(None, 1), Shown(None, 1))
# What a download shows, where it is not as a read: the file is on its way when its first bytes are there.
DOWNLOADING: Final[dict[str, Reading]] = {
    "truncate": final(BROKEN_OFF),
    "mislabelled": DELIVERED,  # the attachment's record says what it is
    "ok_with_error": final(BAD),
    "error 500": outlived(UNAVAILABLE),
}
# SoftwareOne first answers with where the file is.
DOWNLOADING_OF: Final[dict[tuple[str, str], Reading]] = {
    ("record", "truncate"): DELIVERED,  # a redirect has no body to lose
    ("record", "mislabelled"): DELIVERED,
    ("record", "redirect"): final(UNAVAILABLE),  # that is followed, and leads nowhere
}


def downloading(vendor: str, what: str, strike: str) -> Reading:
    return DOWNLOADING_OF.get((what, strike)) or DOWNLOADING.get(strike) or reading(vendor, what, strike)


ALL: Final = -1  # sends: as often as the write tries at all


@dataclass(frozen=True)
class Ended:
    """How a write ends: `first` is its outcome's state or its error's code, after `sends` calls that were to do it.
    `again` and `anew` are the same of a repeat with its key, once the fault is over."""

    first: str
    sends: int
    again: str = "DONE"
    anew: int = 0


@dataclass(frozen=True)
class Writing:
    once: Ended
    ever: Ended


def same(ended: Ended) -> Writing:
    return Writing(ended, ended)


# What becomes at the vendor of a call that meets the fault: nothing, the work, or the work after all has been said.
WORK: Final[dict[str, str]] = {
    "latency": "undone",  # the vendor finds its caller gone before it has read what to do
    "late": "done",
    "throttle": "throttle",
    "unauthorized": "unauthorized",
    "error 503": "undone",
    "error 500": "undone",
    "drop": "undone",
    "lost": "done",
    "delayed_commit": "later",
    "truncate": "done",
    "html": "undone",
    "html 502": "undone",
    "ok_with_error": "undone",
    "mislabelled": "done",
    "garbage": "done",
    "empty": "done",
    "bomb": "done",
    "huge": "done",
    "redirect": "undone",
}
AT_ONCE: Final = same(Ended("DONE", 1))  # found by looking, or answered well enough
TOO_LATE: Final = Ended("UNKNOWN", ALL, "DONE", anew=1)
AT_THE_DOOR: Final = {
    "throttle": Writing(Ended("DONE", 2), Ended(THROTTLED, 1 + RETRIES, anew=1)),
    "unauthorized": Writing(Ended("DONE", 2), Ended(DENIED, 2, anew=1)),
}
# By how the vendor is made to keep the promise (docs/writing.md), and by what became of the call.
WRITING: Final[dict[str, dict[str, Writing]]] = {
    "sent again": {
        **AT_THE_DOOR,
        "undone": Writing(Ended("DONE", 2), TOO_LATE),
        "done": Writing(Ended("DONE", 2), TOO_LATE),
        "later": Writing(Ended("DONE", 2), TOO_LATE),
    },
    "sent again, and read in the end": {
        **AT_THE_DOOR,
        "undone": Writing(Ended("DONE", 2), TOO_LATE),
        "done": Writing(Ended("DONE", 2), Ended("DONE", ALL)),
        "later": Writing(Ended("DONE", 2), Ended("UNKNOWN", ALL)),
    },
    "read, and sent again": {
        **AT_THE_DOOR,
        "undone": Writing(Ended("DONE", 2), TOO_LATE),
        "done": AT_ONCE,
        "later": Writing(Ended("DONE", 2), Ended("UNKNOWN", ALL)),
    },
    "looked for": {
        **AT_THE_DOOR,
        "undone": same(Ended("UNKNOWN", 1, "UNKNOWN")),
        "done": AT_ONCE,
        "later": same(Ended("UNKNOWN", 1)),
    },
}
REFUSAL: Final = same(Ended("REFUSED", 1, "REFUSED"))
# Exceptions of a whole vendor, and of single writes.
WRITING_AT: Final[dict[tuple[str, str], Writing]] = {
    ("softwareone", "unauthorized"): same(Ended(DENIED, 1, anew=1)),  # a token that is not renewed
}
HEADER: Final = "updateOrder at Sellercloud"
WRITING_OF: Final[dict[tuple[str, str], Writing]] = {
    # The error inside the 200 says that the item is not to be had.
    ("createCart at Partner Center", "ok_with_error"): REFUSAL,
    ("updateCart at Partner Center", "ok_with_error"): REFUSAL,
    ("checkoutCart at Partner Center", "ok_with_error"): REFUSAL,
    # Its general failure has a message: a rule was broken, if nothing is found.
    ("createPurchaseOrder at Sellercloud", "error 500"): REFUSAL,
    ("updateOrder with new lines at Sellercloud", "error 500"): REFUSAL,
    ("cancelOrder at Sellercloud", "error 500"): REFUSAL,
    (HEADER, "error 500"): Writing(Ended("DONE", 2), Ended("REFUSED", 2, "REFUSED")),
    # Its answer has no body of use: the status is enough.
    **{(HEADER, strike): AT_ONCE for strike in ("truncate", "mislabelled", "garbage", "empty")},
}


def writing(vendor: str, row: str, group: str, method: str, strike: str) -> Writing:
    known = WRITING_OF.get((row, strike)) or WRITING_AT.get((vendor, strike))
    if known is not None:
        return known
    # What has no body is read with its first line, and done although the caller is gone.
    work = "later" if (method, strike) == ("DELETE", "latency") else WORK[strike]
    return WRITING[group][work]
