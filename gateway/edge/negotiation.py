"""What a client wants to read, by its Accept header (RFC 9110, section 12.5.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

MAX_LENGTH: Final = 4_096
MAX_RANGES: Final = 64
QUALITY: Final = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?", re.ASCII)
PAGE: Final = "text/html"


class Media(Enum):
    """The kinds of answers to an operation."""

    JSON = "application/json"
    RESPONSE = "application/graphql-response+json"
    EVENTS = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Range:
    """One entry of the header: a media type, or many with a `*`; how much it is wanted, from 0 to 1."""

    type: str
    subtype: str
    quality: float

    def fit(self, media: str) -> int | None:
        """How closely it names the media type: 2 exactly, 1 by its first half, 0 as anything, None not at all."""
        type_, _, subtype = media.partition("/")
        if self.type == "*":
            return 0 if self.subtype == "*" else None
        if self.type != type_:
            return None
        return 1 if self.subtype == "*" else 2 if self.subtype == subtype else None


def chosen(accept: str | None) -> Media | None:
    """What an operation is answered with, None where nothing will do. Event streams must be wanted more than JSON is:
    some clients name them beside it for whatever they ask."""
    wanted = ranges(accept)
    if not wanted:
        return Media.JSON
    json, response, events = (quality(wanted, media.value) for media in Media)
    if events > max(json, response):
        return Media.EVENTS
    if response >= json and response > 0 and (json == 0 or named(wanted, Media.RESPONSE.value)):
        return Media.RESPONSE
    return Media.JSON if json > 0 else None


def wants_page(accept: str | None) -> bool:
    """Whether it is a browser's visit: it names HTML, and nothing of ours as much."""
    wanted = ranges(accept)
    most = max(quality(wanted, media.value) for media in Media)
    page = quality(wanted, PAGE)
    ours = any(named(wanted, media.value) for media in Media)
    return named(wanted, PAGE) and page > 0 and (page > most or (page == most and not ours))


def ranges(accept: str | None) -> list[Range]:
    """The entries that can be read, as many as anybody needs; none where the header says nothing."""
    entries = (accept or "")[:MAX_LENGTH].split(",", MAX_RANGES)[:MAX_RANGES]
    return [one for entry in entries if (one := _range(entry)) is not None]


def quality(wanted: list[Range], media: str) -> float:
    """How much the media type is wanted: what the closest entry says."""
    fits = [(fit, one.quality) for one in wanted if (fit := one.fit(media)) is not None]
    return max(fits)[1] if fits else 0.0


def named(wanted: list[Range], media: str) -> bool:
    return any(one.fit(media) == 2 for one in wanted)


def _range(entry: str) -> Range | None:
    media, *parameters = (part.strip().lower() for part in entry.split(";"))
    type_, slash, subtype = media.partition("/")
    given = dict.fromkeys(("q", "charset"), "")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() in given:
            given[name.strip()] = value.strip().strip('"')
    if not slash or not type_ or not subtype or not QUALITY.fullmatch(given["q"] or "1"):
        return None
    in_utf8 = given["charset"] in ("", "utf-8", "utf8")
    return Range(type_, subtype, float(given["q"] or "1") if in_utf8 else 0.0)
