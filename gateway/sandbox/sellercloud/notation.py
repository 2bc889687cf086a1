"""How values look on the wire: enums as ints or names, dates without zone, money as JSON numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

# `mm/dd/yyyy hh:mm` is what the pages ask for; ISO and `yyyy/mm/dd` are what clients get accepted
_DATE = re.compile(
    r"(?:(?P<y>\d{4})[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})|(?P<m2>\d{1,2})/(?P<d2>\d{1,2})/(?P<y2>\d{4}))"
    r"(?:[T ](?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d{1,7}))?)?)?"
    r"\s*(?P<zone>Z|[+-]\d{2}:\d{2})?"
)


@dataclass(frozen=True, slots=True)
class Notation:
    enum_names: bool = False
    zulu: bool = False

    def enum(self, table: Mapping[int, str], value: int | str) -> int | str:
        """A value its table lacks stays as it is."""
        return table.get(value, value) if self.enum_names and isinstance(value, int) else value

    def date(self, moment: datetime | None) -> str | None:
        """0 to 7 digits of a second, as the data have them; an odd microsecond shows a seventh digit."""
        if moment is None:
            return None
        text = f"{moment:%Y-%m-%dT%H:%M:%S}"
        if moment.microsecond:
            text += "." + f"{moment.microsecond:06d}".rstrip("0") + ("5" if moment.microsecond % 2 else "")
        return text + "Z" if self.zulu else text


def money(amount: Decimal) -> float:
    return float(amount)


def parse_date(text: str) -> datetime | None:
    """UTC; None when it is no date. A value without zone is UTC."""
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    part = match.groupdict()
    zone = {None: "+00:00", "Z": "+00:00"}.get(part["zone"], part["zone"])
    day = f"{part['y'] or part['y2']}-{int(part['m'] or part['m2']):02d}-{int(part['d'] or part['d2']):02d}"
    clock = f"{int(part['hour'] or 0):02d}:{part['minute'] or '00'}:{part['second'] or '00'}"
    fraction = (part["fraction"] or "").ljust(6, "0")[:6]
    try:
        return datetime.fromisoformat(f"{day}T{clock}.{fraction}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
