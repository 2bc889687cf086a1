"""Who may change what of an order, and in which status; and the documented rules for what it is changed to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from gateway.model.order import OrderStatus
from gateway.model.ref import Kind, Ref
from gateway.model.writing import ABSENT, Absent, UserError, UserErrorCode
from gateway.vendors.commands import Remark
from gateway.vendors.reading import Row
from gateway.vendors.softwareone import rules
from gateway.vendors.softwareone.commands import OrderChange, ParameterDraft
from gateway.vendors.softwareone.settings import Actor
from gateway.vendors.softwareone.standing import status_of

Path = tuple[str, ...]
Mistakes = Iterator[UserError]

# The command's fields and their names in the input.
FIELDS: Final[Mapping[str, str]] = {
    "notes": "notes",
    "external_id": "externalId",
    "new_lines": "newLines",
    "lines": "lines",
    "remove_line_ids": "removeLineIds",
    "ordering_parameters": "orderingParameters",
    "fulfillment_parameters": "fulfillmentParameters",
    "template_id": "templateId",
    "assignee_id": "assigneeId",
    "error": "error",
}
LINES: Final = frozenset({"new_lines", "lines", "remove_line_ids"})
PARAMETERS: Final = frozenset({"ordering_parameters", "fulfillment_parameters"})
WRITES: Final[Mapping[Actor, frozenset[str]]] = {
    "client": LINES | {"notes", "external_id", "ordering_parameters"},
    "vendor": PARAMETERS | {"external_id", "template_id", "assignee_id", "error"},
    "operations": frozenset({"notes", "external_id"}),
}
# Fields that are open in these statuses only.
OPEN: Final[Mapping[Actor, Mapping[str, frozenset[OrderStatus]]]] = {
    "client": {
        **dict.fromkeys(LINES, frozenset({OrderStatus.DRAFT})),
        "ordering_parameters": frozenset({OrderStatus.DRAFT, OrderStatus.ACTION_REQUIRED}),
    },
    "vendor": dict.fromkeys(PARAMETERS, frozenset({OrderStatus.PROCESSING})),
    "operations": {},
}


def changed_fields(change: OrderChange) -> list[str]:
    return [name for name in FIELDS if getattr(change, name) not in (ABSENT, ())]


def needs_order(change: OrderChange) -> bool:
    """Whether the change is of a collection, which the vendor takes whole: then the order has to be read first."""
    return not (LINES | PARAMETERS).isdisjoint(changed_fields(change))


def of_change(change: OrderChange, order: Ref, actor: Actor, path: Path) -> list[UserError]:
    """What is wrong with a change, as far as it can be said without reading the order."""
    return [*_of_change(change, order, actor, path)]


def of_order(change: OrderChange, row: Row, actor: Actor, path: Path) -> list[UserError]:
    """What is wrong with a change of this very order: it stands in the way, or lacks what is to be changed."""
    closed = [*_closed(change, status_of(row), actor, path)]
    return closed or [*_lines_of(change, row, path), *_parameters_of(change, row, path)]


def _of_change(change: OrderChange, order: Ref, actor: Actor, path: Path) -> Mistakes:
    fields = changed_fields(change)
    if not fields:
        yield UserError(UserErrorCode.REQUIRED, "Nothing is to be changed.", path)
    for name in fields:
        if name not in WRITES[actor]:
            known = f"This login ({actor}) cannot change this; {_writers(name)} can."
            yield UserError(UserErrorCode.NOT_ALLOWED_HERE, known, (*path, FIELDS[name]))
    for name in ("external_id", "template_id", "assignee_id"):
        value: str | Absent | None = getattr(change, name)
        if not isinstance(value, Absent):
            yield from _not_blank(value, (*path, FIELDS[name]))
    yield from rules.new_lines(change.new_lines, (*path, "newLines"))
    yield from rules.line_changes(change.lines, (*path, "lines"), None)
    yield from rules.line_refs(change.remove_line_ids, (*path, "removeLineIds"), None)
    yield from _changed_and_removed(change, path)
    yield from _other_orders_lines(change, order, path)
    yield from rules.parameters(change.ordering_parameters, (*path, "orderingParameters"), actor)
    yield from rules.parameters(change.fulfillment_parameters, (*path, "fulfillmentParameters"), actor)
    if isinstance(change.error, Remark):
        yield from rules.remark(change.error, (*path, "error"))


def _closed(change: OrderChange, status: OrderStatus, actor: Actor, path: Path) -> Mistakes:
    for name in changed_fields(change):
        open_in = OPEN[actor].get(name)
        if open_in is not None and status not in open_in:
            when = " or ".join(sorted(one.name for one in open_in))
            known = f"This can be changed in status {when}; the order is {status.name}."
            yield UserError(UserErrorCode.NOT_ALLOWED_HERE, known, (*path, FIELDS[name]))


def _changed_and_removed(change: OrderChange, path: Path) -> Mistakes:
    changed = {line.line_id.parts[-1] for line in change.lines}
    for place, ref in enumerate(change.remove_line_ids):
        if ref.parts[-1] in changed:
            yield UserError(UserErrorCode.INVALID, rules.TWICE, (*path, "removeLineIds", str(place)))


def _other_orders_lines(change: OrderChange, order: Ref, path: Path) -> Mistakes:
    for ref, where in _line_places(change, path):
        if ref.kind is Kind.LINE and ref.parts[0] != order.parts[0]:
            yield UserError(UserErrorCode.INVALID, "This line is of another order.", where)


def _lines_of(change: OrderChange, row: Row, path: Path) -> Mistakes:
    agreement = row.row("agreement").filled("id")
    for ref, where in _line_places(change, path):
        if ref.kind is Kind.AGREEMENT_LINE and ref.parts[0] != agreement:
            yield UserError(UserErrorCode.INVALID, "This line is of another agreement.", where)
    held = {line.filled("id") for line in row.rows("lines")}
    for place, ref in enumerate(change.remove_line_ids):
        if ref.parts[-1] not in held:
            yield UserError(
                UserErrorCode.NOT_FOUND, "The order has no such line.", (*path, "removeLineIds", str(place))
            )


def _line_places(change: OrderChange, path: Path) -> Iterator[tuple[Ref, Path]]:
    for place, line in enumerate(change.lines):
        yield line.line_id, (*path, "lines", str(place), "lineId")
    for place, ref in enumerate(change.remove_line_ids):
        yield ref, (*path, "removeLineIds", str(place))


def _parameters_of(change: OrderChange, row: Row, path: Path) -> Mistakes:
    bags = row.row("parameters")
    yield from _same_twice(change.ordering_parameters, bags.rows("ordering"), (*path, "orderingParameters"))
    yield from _same_twice(change.fulfillment_parameters, bags.rows("fulfillment"), (*path, "fulfillmentParameters"))


def _same_twice(drafts: Sequence[ParameterDraft], entries: Sequence[Row], at: Path) -> Mistakes:
    """A parameter has two names; here it shows whether both were used for one."""
    for entry in entries:
        places = [place for place, draft in enumerate(drafts) if names(draft, entry)]
        for place in places[1:]:
            yield UserError(UserErrorCode.INVALID, rules.TWICE, (*at, str(place)))


def names(draft: ParameterDraft, entry: Row) -> bool:
    """Whether the draft is of this parameter of an order."""
    if draft.key:
        return entry.filled("id") == draft.key
    return entry.filled("externalId") == draft.external_id


def _not_blank(text: str | None, at: Path) -> Mistakes:
    if text is not None and not text.strip():
        yield UserError(UserErrorCode.INVALID, "This is empty; null clears it.", at)


def _writers(name: str) -> str:
    actors = [actor for actor, fields in WRITES.items() if name in fields]
    return " or ".join(actors)
