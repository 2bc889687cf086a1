"""Date-times as the vendor writes them: one canonical form, and the mixed forms seen in its answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

UNSET = "0001-01-01T00:00:00"
OPEN_ENDED = "9999-12-14T00:00:00Z"


def stamp(moment: datetime) -> str:
    """The usual form: `Z` and seven digits of a second."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}0Z"


def zoneless(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}"


def hundredths(moment: datetime) -> datetime:
    """The moment cut to what every written form can hold."""
    return moment.replace(microsecond=moment.microsecond // 10_000 * 10_000)


def parse(text: object) -> datetime | None:
    """Reads any ISO 8601 form; a missing zone is taken as UTC. None when it is no date at all."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _pacific(moment: datetime) -> str:
    return moment.astimezone(timezone(timedelta(hours=-8))).isoformat(timespec="milliseconds")


def _short(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 10_000:02d}Z"


def _offset(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


FORMS: tuple[Callable[[datetime], str], ...] = (stamp, stamp, _short, _offset, _pacific)
