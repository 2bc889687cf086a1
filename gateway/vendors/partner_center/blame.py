"""Which line of a cart's input a refusal is about: the vendor names a code and no line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from gateway.model.writing import Absent
from gateway.vendors.commands import CartLineDraft, CartLinePatch

Line = CartLineDraft | CartLinePatch
Path = tuple[str, ...]

# By the vendor's code: the command's field, and its name in the input.
BLAMED: Final[Mapping[str, tuple[str, str]]] = {
    "900169": ("currency", "currency"),
    "900203": ("attestation_accepted", "attestationAccepted"),
    "900242": ("custom_term_end_date", "customTermEndDate"),
    "900275": ("quantity", "quantity"),
    "2002": ("quantity", "quantity"),
    "800010": ("quantity", "quantity"),
    "800017": ("quantity", "quantity"),
    **dict.fromkeys(("800004", "400013", "400018", "400019", "400072"), ("catalog_item_id", "catalogItemId")),
    **dict.fromkeys(("800015", "800016"), ("participants", "participants")),
    **dict.fromkeys(
        ("900312", "900313", "900314", "900315", "900317", "900318"), ("provisioning_context", "provisioningContext")
    ),
}


def of_lines(lists: Mapping[str, Sequence[Line]]) -> dict[str, Path]:
    """The paths by code, given the input's lists of lines by name: the field of the one line that has it, or else the
    list of those that do."""
    return {code: path for code, blamed in BLAMED.items() if (path := _path(lists, *blamed)) is not None}


def _path(lists: Mapping[str, Sequence[Line]], attribute: str, name: str) -> Path | None:
    found = [
        (top, (*path, name))
        for top, lines in lists.items()
        for path, line in _every(lines, (top,))
        if not isinstance(value := getattr(line, attribute), Absent) and value is not None
    ]
    tops = {top for top, _ in found}
    if len(found) == 1:
        return found[0][1]
    return (tops.pop(),) if len(tops) == 1 else None


def _every(lines: Sequence[Line], above: Path) -> Iterator[tuple[Path, Line]]:
    for place, line in enumerate(lines):
        path = (*above, str(place))
        yield path, line
        if isinstance(line.addon_items, tuple):
            yield from _every(line.addon_items, (*path, "addonItems"))
