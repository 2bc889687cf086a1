"""Changes of orders → their JSON for the vendor, which replaces collections: whatever stays in one is sent along."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.model.ref import Ref
from gateway.model.writing import Absent
from gateway.vendors.reading import Row
from gateway.vendors.softwareone.commands import OrderChange, ParameterDraft
from gateway.vendors.softwareone.mapping_creation import (
    CHANGED_LINE,
    NEW_LINE,
    changed_line,
    line_places,
    new_line,
    parameter,
    parameter_places,
    remark,
)
from gateway.vendors.softwareone.mapping_parts import plain_json
from gateway.vendors.softwareone.rules_changes import names
from gateway.vendors.softwareone.settings import Actor
from gateway.vendors.softwareone.wire import Path, Wire

Lines = list[dict[str, Any]]


def changed_lines(change: OrderChange, row: Row) -> Lines | None:
    """All lines of the order as they are to be; None where none changes."""
    if not (change.new_lines or change.lines or change.remove_line_ids):
        return None
    wanted = {line.line_id.parts[-1]: changed_line(line) for line in change.lines}
    removed = {ref.parts[-1] for ref in change.remove_line_ids}
    held = {line.required("id"): line for line in row.rows("lines")}
    kept = [wanted.get(number) or _as_it_is(line, number) for number, line in held.items() if number not in removed]
    # A line that the order has not yet may be one of its agreement.
    others = [line for number, line in wanted.items() if number not in held]
    return [*kept, *others, *map(new_line, change.new_lines)]


def update(change: OrderChange, actor: Actor, row: Row, lines: Lines | None, path: Path) -> Wire:
    """The body of a change; `row` is the order, where the change is of a collection, and `lines` all of its lines.

    It is the same each time for the same lines, so it may be sent again.
    """
    body: dict[str, Any] = {}
    places: dict[Path, Path] = {}
    for theirs, ours, value in _values(change, actor):
        if not isinstance(value, Absent):
            body[theirs] = value
            places[(theirs.lower(),)] = (*path, ours)
    if lines is not None:
        body["lines"] = lines
        places |= _places_of_lines(change, lines, path)
    bags = {"ordering": change.ordering_parameters, "fulfillment": change.fulfillment_parameters}
    sent = {phase: _bag(drafts, row.row("parameters").rows(phase), actor) for phase, drafts in bags.items() if drafts}
    for phase, bag in sent.items():
        places |= _places_of_bag(phase, bag, (*path, f"{phase}Parameters"))
    if sent:
        body["parameters"] = {phase: [one.sent for one in bag] for phase, bag in sent.items()}
    return Wire(body, places)


def applied(body: Mapping[str, Any], row: Row) -> bool:
    """Whether the order is as this body wants it."""
    return all(_holds(name, value, row) for name, value in body.items())


def _values(change: OrderChange, actor: Actor) -> Iterator[tuple[str, str, Any]]:
    """The body's name, the input's name and the value of each single field; the value may be absent."""
    yield "notes", "notes", change.notes
    number = change.external_id
    yield "externalIds", "externalId", number if isinstance(number, Absent) else {actor: number}
    yield "template", "templateId", _reference(change.template_id)
    yield "assignee", "assigneeId", _reference(change.assignee_id)
    error = change.error
    yield "error", "error", error if error is None or isinstance(error, Absent) else remark(error)


def _reference(key: str | Absent | None) -> dict[str, str] | Absent | None:
    return {"id": key} if isinstance(key, str) else key


def _as_it_is(line: Row, number: str) -> dict[str, Any]:
    quantity = line.integer("quantity")
    return {"id": number} if quantity is None else {"id": number, "quantity": quantity}


def _places_of_lines(change: OrderChange, lines: Lines, path: Path) -> dict[Path, Path]:
    places: dict[Path, Path] = {("lines",): (*path, "lines" if change.lines else "newLines")}
    changed = {_number(line.line_id): (*path, "lines", str(place)) for place, line in enumerate(change.lines)}
    new = iter([(*path, "newLines", str(place)) for place in range(len(change.new_lines))])
    for place, line in enumerate(lines):
        prefix = ("lines", str(place))
        if line.get("id") in changed:
            places |= line_places(prefix, changed[line["id"]], CHANGED_LINE)
        elif "item" in line:
            places |= line_places(prefix, next(new), NEW_LINE)
    return places


@dataclass(frozen=True, slots=True)
class _Entry:
    """A parameter as it is sent; `place` is that of its change in the input, `names` are those it goes by."""

    sent: dict[str, Any]
    place: int | None
    names: tuple[str, ...]


def _bag(drafts: Sequence[ParameterDraft], entries: Sequence[Row], actor: Actor) -> list[_Entry]:
    """All parameters of a phase, those that stay with what they have."""
    left = dict(enumerate(drafts))
    bag = []
    for entry in entries:
        place = next((place for place, draft in left.items() if names(draft, entry)), None)
        sent = _held(entry, actor)
        if place is not None:
            sent |= {name: value for name, value in parameter(left.pop(place)).items() if name in ("value", "error")}
        if len(sent) > 1:
            known = (entry.filled("id"), entry.filled("externalId"))
            bag.append(_Entry(sent, place, tuple(name for name in known if name)))
    # What the order does not show may be there all the same, hidden.
    rest = (_Entry(parameter(draft), place, (draft.key or draft.external_id or "",)) for place, draft in left.items())
    return [*bag, *rest]


def _places_of_bag(phase: str, bag: Sequence[_Entry], at: Path) -> dict[Path, Path]:
    places: dict[Path, Path] = {("parameters", phase): at}
    for number, entry in enumerate(bag):
        if entry.place is not None:
            places |= parameter_places(phase, (str(number), *entry.names), (*at, str(entry.place)))
    return places


def _held(entry: Row, actor: Actor) -> dict[str, Any]:
    """A parameter as the order has it: a vendor writes errors as well, and would clear those that it leaves out."""
    number, stable = entry.filled("id"), entry.filled("externalId")
    known: dict[str, Any] = {"id": number} if number else {"externalId": stable}
    if entry.has("value"):
        known["value"] = entry.get("value")
    if actor == "vendor" and entry.row("error"):
        known["error"] = entry.get("error")
    return known


def _number(ref: Ref) -> str:
    return ref.parts[-1]


def _holds(name: str, value: Any, row: Row) -> bool:
    """Whether the order has that value of the body; one that it cannot be asked for counts as not there."""
    match name:
        case "notes":
            return row.filled("notes") == (value or None)
        case "externalIds":
            return all(row.row("externalIds").filled(actor) == one for actor, one in value.items())
        case "template" | "assignee":
            return row.row(name).filled("id") == (value or {}).get("id")
        case "error":
            return _same_remark(row.row("error"), value)
        case "lines":
            return _same_lines(value, row)
        case "parameters":
            return all(_same_bag(bag, row.row("parameters").rows(phase)) for phase, bag in value.items())
    return False


def _same_remark(row: Row, value: Mapping[str, Any] | None) -> bool:
    return (row.filled("id"), row.filled("message")) == ((value or {}).get("id"), (value or {}).get("message"))


def _same_lines(lines: Lines, row: Row) -> bool:
    """The same lines by number, and beside them as many of each item and quantity as are new."""
    numbered = {line["id"]: line.get("quantity") for line in lines if "id" in line}
    new = Counter((line["item"]["id"], line["quantity"]) for line in lines if "id" not in line)
    found = {line.filled("id"): line for line in row.rows("lines")}
    rest = Counter(
        (line.row("item").filled("id"), line.integer("quantity")) for key, line in found.items() if key not in numbered
    )
    return rest == new and all(
        key in found and quantity in (None, found[key].integer("quantity")) for key, quantity in numbered.items()
    )


def _same_bag(bag: Sequence[Mapping[str, Any]], entries: Sequence[Row]) -> bool:
    for one in bag:
        name = "id" if "id" in one else "externalId"
        entry = next((entry for entry in entries if entry.filled(name) == one[name]), None)
        if entry is None or plain_json(entry.get("value")) != plain_json(one.get("value")):
            return False
        if "error" in one and not _same_remark(entry.row("error"), one["error"]):
            return False
    return True
