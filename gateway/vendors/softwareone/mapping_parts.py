"""Their JSON → the parts that orders, agreements and subscriptions share: references, prices, parameters, events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, Final, TypeVar

from gateway.errors import VendorBadAnswer
from gateway.model.values import AuditEvent, ExternalReference, Money, Notice, OrderedItem, Party, PeriodPrice
from gateway.vendors.reading import CONTROL, NOTICE_CAP, Row, shown
from gateway.vendors.softwareone import words
from gateway.vendors.softwareone.details import (
    AcceptedTerms,
    LineDetails,
    Margins,
    Model,
    Parameter,
    ParameterPhase,
    ParameterScope,
    ParameterType,
    Reference,
    Unit,
)

E = TypeVar("E", bound=Enum)

PLACEHOLDER: Final = re.compile(r"\{\{\s*([\w.-]{1,100})\s*\}\}")
PERIOD: Final = re.compile(r"([1-9]\d{0,2})([my])")
INT64: Final = range(-(2**63), 2**63)
MAX_DEPTH: Final = 50
NO_MARGINS: Final = Margins(None, None, None, None, None, None)
MODEL = words.folded(words.MODEL)
PARAMETER_TYPE = words.folded(words.PARAMETER_TYPE)
PARAMETER_PHASE = words.folded(words.PARAMETER_PHASE)
PARAMETER_SCOPE = words.folded(words.PARAMETER_SCOPE)


def stated(row: Row, table: Mapping[str, E], default: E, name: str) -> tuple[E | None, str | None]:
    """A word by its table, and the word itself; no value at all where the vendor gave none."""
    value, word = row.word(table, default, name)
    return (None, None) if word is None else (value, word)


def reference(row: Row) -> Reference | None:
    return required_reference(row) if row.filled("id") else None


def required_reference(row: Row) -> Reference:
    return Reference(
        key=row.required("id"),
        name=row.filled("name"),
        icon=row.filled("icon"),
        status=row.filled("status"),
        href=row.filled("href"),
        revision=row.integer("revision"),
        external_references=external_references(row),
    )


def references(rows: Iterable[Row]) -> tuple[Reference, ...]:
    return tuple(known for row in rows if (known := reference(row)) is not None)


def party(row: Row) -> Party | None:
    key = row.filled("id")
    return None if key is None else Party(key, row.filled("name"))


def external_references(row: Row) -> tuple[ExternalReference, ...]:
    """`externalIds` by system (the older papers spell `externalIDs`), or the single `externalId` of some objects."""
    found = [(system, row.row("externalIds").filled(system)) for system, _ in row.row("externalIds")]
    found.append(("externalId", row.filled("externalId")))
    return tuple(ExternalReference(system, value) for system, value in found if value is not None)


def notice(row: Row) -> Notice | None:
    """A message for people, its placeholders filled. It may come without a text, or without a code."""
    code, message, values = row.filled("id"), row.filled("message"), row.row("parameters")
    if message is not None:
        message = PLACEHOLDER.sub(lambda found: (values.text(found[1]) or found[0])[:NOTICE_CAP], message)
    return None if code is None and message is None else Notice(code, shown(message))


def audit(row: Row) -> tuple[AuditEvent, ...]:
    """The latest occurrence of each event; any event's name passes."""
    events = [(name, Row(value, row.where)) for name, value in row]
    return tuple(
        AuditEvent(name, event.moment("at"), party(event.row("by")), party(event.row("of")))
        for name, event in events
        if event
    )


def currency_of(row: Row) -> str | None:
    """The currency that an order or agreement states: with its price, else with its authorization."""
    return row.row("price").filled("currency") or row.row("authorization").filled("currency")


def prices(price: Row, currency: str | None) -> tuple[PeriodPrice, ...] | None:
    """What the token's actor may see of the prices; None where no price is there at all."""
    if not price:
        return None
    stated_currency = price.filled("currency") or currency
    amounts = [(period, kind, price.money(name, stated_currency)) for name, period, kind in words.PRICES]
    return tuple(PeriodPrice(period, kind, amount) for period, kind, amount in amounts if amount is not None)


def unit_price(price: Row, currency: str | None) -> Money | None:
    """The price to the customer; what the vendor of the product gets never stands in for it."""
    return price.money("unitSP", price.filled("currency") or currency)


def margins(price: Row) -> Margins | None:
    known = Margins(
        markup=price.decimal("markup"),
        margin=price.decimal("margin"),
        default_markup=price.decimal("defaultMarkup"),
        default_margin=price.decimal("defaultMargin"),
        markup_source=price.filled("markupSource"),
        default_markup_source=price.filled("defaultMarkupSource"),
    )
    return None if known == NO_MARGINS else known


def parameters(row: Row, phase: str) -> tuple[Parameter, ...]:
    return tuple(parameter(one) for one in row.row("parameters").rows(phase))


def parameter(row: Row) -> Parameter:
    constraints = row.row("constraints")
    type_, vendor_type = stated(row, PARAMETER_TYPE, ParameterType.UNKNOWN, "type")
    phase, vendor_phase = stated(row, PARAMETER_PHASE, ParameterPhase.UNKNOWN, "phase")
    scope, vendor_scope = stated(row, PARAMETER_SCOPE, ParameterScope.UNKNOWN, "scope")
    return Parameter(
        key=row.filled("id"),
        external_id=row.filled("externalId"),
        name=row.filled("name"),
        type=type_,
        vendor_type=vendor_type,
        phase=phase,
        vendor_phase=vendor_phase,
        scope=scope,
        vendor_scope=vendor_scope,
        multiple=row.boolean("multiple"),
        required=constraints.boolean("required"),
        hidden=constraints.boolean("hidden"),
        readonly=constraints.boolean("readonly"),
        value=plain_json(row.get("value")),
        display_value=row.text("displayValue"),
        error=notice(row.row("error")),
    )


def plain_json(value: Any, depth: int = 0) -> Any:
    """The value as any JSON encoder takes it. No number changes: one that neither 64 bits nor a double hold is text.

    Raises VendorBadAnswer for one that is nested too deeply.
    """
    if isinstance(value, list | dict) and depth == MAX_DEPTH:
        raise VendorBadAnswer("The value of a parameter is nested too deeply.")
    match value:
        case Decimal() if not value.is_finite():
            return None  # no JSON says it
        case Decimal():
            double = float(value)
            return double if Decimal(repr(double)) == value else str(value)
        case int() if value not in INT64:
            return str(value)
        case list():
            return [plain_json(one, depth + 1) for one in value]
        case dict():
            return {key: plain_json(one, depth + 1) for key, one in value.items()}
        case _:
            return value


def accepted_terms(rows: Iterable[Row]) -> tuple[AcceptedTerms, ...]:
    return tuple(
        AcceptedTerms(key, row.filled("name"), row.moment("accepted"), party(row.row("acceptedBy")))
        for row in rows
        if (key := row.filled("id")) is not None
    )


def ordered_item(row: Row) -> OrderedItem:
    return OrderedItem(row.required("id"), row.row("externalIds").filled("vendor"), row.filled("name"))


def duration(period: str | None) -> str | None:
    """ISO 8601 for the vendor's `1m`, `3y`; None for other words."""
    found = PERIOD.fullmatch((period or "").strip().lower())
    return f"P{found[1]}{found[2].upper()}" if found else None


def line_details(row: Row) -> LineDetails:
    item, terms, info = row.row("item"), row.row("item").row("terms"), row.row("info")
    model, vendor_model = stated(terms, MODEL, Model.UNKNOWN, "model")
    return LineDetails(
        old_quantity=row.integer("oldQuantity"),
        margins=margins(row.row("price")),
        model=model,
        vendor_model=vendor_model,
        period=terms.filled("period"),
        commitment=terms.filled("commitment"),
        unit=unit(item.row("unit")),
        quantity_not_applicable=item.boolean("quantityNotApplicable"),
        item_description=item.text("description"),
        item_status=item.filled("status"),
        item_external_references=external_references(item),
        description=row.text("description"),
        info_visible=info.boolean("visible"),
        info_description=info.text("description"),
    )


def unit(row: Row) -> Unit | None:
    key = row.filled("id")
    return None if key is None else Unit(key, row.filled("name"), row.text("description"))


def markdown(text: str) -> str:
    """A page that the vendor wrote for people, without control characters."""
    return CONTROL.sub("", text)
