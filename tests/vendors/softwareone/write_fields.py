"""The fields of orders that are written, on one new order of each type and on changes by each actor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from gateway.model.ref import Ref
from gateway.vendors.commands import CancelOrder, Remark, SubmitOrder, UpdateOrder
from gateway.vendors.reading import Row
from gateway.vendors.softwareone import mapping_change, recognition
from gateway.vendors.softwareone.commands import (
    LineChange,
    NewLineDraft,
    OrderChange,
    OrderDraft,
    ParameterDraft,
    Placement,
)
from gateway.vendors.softwareone.mapping_creation import creation, remark
from gateway.vendors.softwareone.settings import Actor
from tests.vendors.fieldrow import WriteRow
from tests.vendors.softwareone.drafts import (
    AT,
    CHANGE,
    CONFIGURATION,
    ORDER,
    PURCHASE,
    TERMINATION,
    by_name,
    line_ref,
    order_line_ref,
)

ORDER_SECTION: Final = "Order"
LINE_SECTION: Final = "OrderLine"
PARAMETER_SECTION: Final = "Parameter"
STANDING: Final[Mapping[str, Any]] = {
    "lines": [{"id": line_ref(number).parts[1], "quantity": number} for number in (1, 2)],
    "parameters": {
        "ordering": [{"id": "PAR-1", "externalId": "region", "value": "eu-west"}],
        "fulfillment": [{"id": "PAR-2", "externalId": "tenant"}],
    },
}
MARK: Final = UUID(int=7)


def new(draft: OrderDraft) -> Mapping[str, Any]:
    return creation(draft, AT, draft.chosen[1].external_id or recognition.own_mark(MARK)).body


def changed(actor: Actor, change: OrderChange) -> Mapping[str, Any]:
    row = Row(STANDING, "order")
    return mapping_change.update(change, actor, row, mapping_change.changed_lines(change, row), AT).body


def orders(command: UpdateOrder | SubmitOrder | CancelOrder) -> Ref:
    return command.order_id


SAMPLE: Final[Mapping[str, Any]] = {
    "purchase": new(OrderDraft(purchase=PURCHASE)),
    "change": new(OrderDraft(change=CHANGE)),
    "termination": new(OrderDraft(termination=TERMINATION)),
    "configuration": new(OrderDraft(configuration=replace(CONFIGURATION, placement=Placement.PROCESSING))),
    "unnumbered": new(OrderDraft(purchase=replace(PURCHASE, external_id=None))),
    "by_client": changed(
        "client",
        OrderChange(
            notes="Later",
            external_id="PO-2",
            new_lines=(NewLineDraft(item_id="ITM-7", quantity=3),),
            lines=(LineChange(line_id=order_line_ref(1), quantity=9),),
            remove_line_ids=(order_line_ref(2),),
            ordering_parameters=(by_name("region", "us-east"),),
        ),
    ),
    "cleared": changed("client", OrderChange(notes=None, external_id=None)),
    "by_vendor": changed(
        "vendor",
        OrderChange(
            external_id="V-1",
            template_id="TPL-1",
            assignee_id="USR-1",
            error=Remark(code="E1", message="Two values are wrong"),
            ordering_parameters=(ParameterDraft(key="PAR-1", error=Remark(code="E2", message="Not there")),),
            fulfillment_parameters=(ParameterDraft(key="PAR-2", value={"id": "t-1"}),),
        ),
    ),
    "reason": {"statusNotes": remark(Remark(code="E7", message="It cannot be done"))},
    "addressed": tuple(
        orders(command).parts
        for command in (
            UpdateOrder(order_id=ORDER, vendor=None, chosen="softwareone"),
            SubmitOrder(order_id=ORDER),
            CancelOrder(order_id=ORDER),
        )
    ),
}
TYPES: Final = ("purchase", "change", "termination", "configuration")
INPUTS: Final = (
    "SoftwareOnePurchaseInput",
    "SoftwareOneChangeInput",
    "SoftwareOneTerminationInput",
    "SoftwareOneConfigurationInput",
)
UPDATE: Final = "UpdateSoftwareOneOrderInput"


def row(
    section: str, field: str, type_: str, homes: str, value: Callable[[Any], object], expect: object, note: str = ""
) -> WriteRow:
    return WriteRow(section, field, type_, tuple(homes.split()), value, expect, note)


def on_all(name: str) -> str:
    """The field of that name of all four inputs."""
    return " ".join(f"{one}.{name}" for one in INPUTS)


def of_all(*path: str) -> Callable[[Any], object]:
    def value(sample: Mapping[str, Any]) -> object:
        found = []
        for name in TYPES:
            place = sample[name]
            for step in path:
                place = place[step]
            found.append(place)
        return tuple(found)

    return value


ROWS: Final = (
    row(
        ORDER_SECTION,
        "id",
        "ORD-…",
        "UpdateOrderInput.orderId SubmitOrderInput.orderId CancelOrderInput.orderId",
        lambda s: s["addressed"],
        (("ORD-2001-3002-4003",),) * 3,
        "in the address",
    ),
    row(
        ORDER_SECTION,
        "type",
        "Purchase Change Termination Configuration",
        " ".join(f"SoftwareOneOrderInput.{name}" for name in TYPES),
        of_all("type"),
        ("Purchase", "Change", "Termination", "Configuration"),
        "by which of the four is given",
    ),
    row(
        ORDER_SECTION,
        "status",
        "Draft Quoted Processing",
        on_all("placement"),
        of_all("status"),
        ("Draft", "Quoted", "Processing", "Processing"),
        "only when it is created",
    ),
    row(
        ORDER_SECTION,
        "externalIds.client, .vendor, .operations",
        "text",
        f"{on_all('externalId')} {UPDATE}.externalId",
        lambda s: (*of_all("externalIds")(s), s["by_client"]["externalIds"], s["by_vendor"]["externalIds"]),  # type: ignore[misc]  # a tuple, told as object
        (
            {"client": "PO-88121"},
            {"client": "PO-88122"},
            {"client": "PO-88123"},
            {"client": "PO-88124"},
            {"client": "PO-2"},
            {"vendor": "V-1"},
        ),
        "the key of whose token it is; a mark of the gateway's own on new orders without one",
    ),
    row(
        ORDER_SECTION,
        "notes",
        "text",
        f"{on_all('notes')} {UPDATE}.notes",
        lambda s: (s["purchase"]["notes"], s["termination"]["notes"], s["by_client"]["notes"], s["cleared"]["notes"]),
        ("Seats for the finance team", "The end", "Later", None),
        "null clears",
    ),
    row(
        ORDER_SECTION,
        "statusNotes.id, .message",
        "text",
        "CancelOrderInput.reason NoticeInput.code NoticeInput.message",
        lambda s: s["reason"],
        {"statusNotes": {"id": "E7", "message": "It cannot be done"}},
        "where a placed order is failed: vendor, operations",
    ),
    row(
        ORDER_SECTION,
        "error.id, .message",
        "text",
        f"{UPDATE}.error",
        lambda s: s["by_vendor"]["error"],
        {"id": "E1", "message": "Two values are wrong"},
        "vendor",
    ),
    row(
        ORDER_SECTION,
        "agreement.id",
        "AGR-…",
        " ".join(f"{one}.agreementId" for one in INPUTS[1:]),
        lambda s: tuple(s[name]["agreement"] for name in TYPES[1:]),
        ({"id": "AGR-5001-6002-7003"},) * 3,
    ),
    row(
        ORDER_SECTION,
        "agreement.licensee, .product",
        "reference",
        "SoftwareOnePurchaseInput.licenseeId SoftwareOnePurchaseInput.productId",
        lambda s: s["purchase"]["agreement"],
        {"licensee": {"id": "LCE-1111-2222-3333"}, "product": {"id": "PRD-1111-2222"}},
        "of the agreement that a purchase begins",
    ),
    row(
        ORDER_SECTION,
        "authorization.id, listing.id",
        "reference",
        "SoftwareOnePurchaseInput.authorizationId SoftwareOnePurchaseInput.listingId",
        lambda s: (s["purchase"]["authorization"], s["purchase"]["listing"]),
        ({"id": "AUT-1111-2222"}, {"id": "LST-1111-2222"}),
    ),
    row(
        ORDER_SECTION,
        "template.id, assignee.id",
        "reference",
        f"{UPDATE}.templateId {UPDATE}.assigneeId",
        lambda s: (s["by_vendor"]["template"], s["by_vendor"]["assignee"]),
        ({"id": "TPL-1"}, {"id": "USR-1"}),
        "vendor",
    ),
    row(
        ORDER_SECTION,
        "certificates[].id",
        "CER-…",
        "SoftwareOnePurchaseInput.certificateIds SoftwareOneChangeInput.certificateIds",
        lambda s: (s["purchase"]["certificates"], s["change"]["certificates"]),
        ([{"id": "CER-1"}, {"id": "CER-2"}], [{"id": "CER-3"}]),
    ),
    row(
        ORDER_SECTION,
        "lines[]",
        "lines",
        "SoftwareOnePurchaseInput.lines SoftwareOneChangeInput.newLines SoftwareOneChangeInput.lines "
        f"SoftwareOneTerminationInput.lineIds {UPDATE}.newLines {UPDATE}.lines {UPDATE}.removeLineIds",
        lambda s: (*(len(s[name]["lines"]) for name in TYPES[:3]), s["by_client"]["lines"]),
        (
            2,
            3,
            2,
            [{"id": "ALI-5001-6002-7003-0001", "quantity": 9}, {"item": {"id": "ITM-7"}, "quantity": 3}],
        ),
        "an update sends all lines of the order, changed or not",
    ),
    row(
        ORDER_SECTION,
        "subscriptions[].id, .autoRenew, .lines",
        "SUB-…, true or false, lines",
        "SoftwareOneChangeInput.subscriptions SoftwareOneConfigurationInput.subscriptions "
        "SoftwareOneTerminationInput.subscriptionIds SoftwareOneSubscriptionChangeInput.subscriptionId "
        "SoftwareOneSubscriptionChangeInput.autoRenew SoftwareOneSubscriptionChangeInput.lines",
        lambda s: tuple(s[name]["subscriptions"] for name in TYPES[1:]),
        (
            [{"id": "SUB-1", "lines": [{"id": "ALI-5001-6002-7003-0003", "quantity": 4}]}, {"id": "SUB-2"}],
            [{"id": "SUB-1"}, {"id": "SUB-2"}],
            [{"id": "SUB-1", "autoRenew": False}, {"id": "SUB-2"}],
        ),
        "autoRenew on configuration orders, lines on change orders",
    ),
    row(
        LINE_SECTION,
        "id",
        "ALI-…",
        "SoftwareOneLineChangeInput.lineId",
        lambda s: [line["id"] for line in s["change"]["lines"][:2]],
        ["ALI-5001-6002-7003-0001", "ALI-5001-6002-7003-0002"],
        "none on a new line",
    ),
    row(
        LINE_SECTION,
        "item.id",
        "ITM-…",
        "SoftwareOneNewLineInput.itemId",
        lambda s: (s["purchase"]["lines"][0]["item"], s["change"]["lines"][2]["item"]),
        ({"id": "ITM-1111-2222-0001"}, {"id": "ITM-3"}),
    ),
    row(
        LINE_SECTION,
        "quantity",
        "integer",
        "SoftwareOneNewLineInput.quantity SoftwareOneLineChangeInput.quantity",
        lambda s: [[line["quantity"] for line in s[name]["lines"]] for name in TYPES[:3]],
        [[12, 1], [20, 0, 3], [0, 0]],
        "0 on the lines of a termination",
    ),
    row(
        PARAMETER_SECTION,
        "ordering[]",
        "parameters",
        f"{on_all('orderingParameters')} {UPDATE}.orderingParameters",
        lambda s: tuple(len(s[name]["parameters"]["ordering"]) for name in (*TYPES, "by_client")),
        (2, 1, 1, 1, 1),
        "an update sends all parameters that have a value",
    ),
    row(
        PARAMETER_SECTION,
        "fulfillment[]",
        "parameters",
        f"{UPDATE}.fulfillmentParameters",
        lambda s: s["by_vendor"]["parameters"]["fulfillment"],
        [{"id": "PAR-2", "value": {"id": "t-1"}}],
        "vendor",
    ),
    row(
        PARAMETER_SECTION,
        "id, externalId",
        "PAR-…, text",
        "SoftwareOneParameterInput.key SoftwareOneParameterInput.externalId",
        lambda s: [set(one) - {"value"} for one in s["purchase"]["parameters"]["ordering"]],
        [{"externalId"}, {"id"}],
        "one of the two",
    ),
    row(
        PARAMETER_SECTION,
        "value",
        "any JSON",
        "SoftwareOneParameterInput.value",
        lambda s: (
            s["purchase"]["parameters"]["ordering"][1]["value"],
            s["termination"]["parameters"]["ordering"][0]["value"],
        ),
        (["a", "b"], {"date": "2026-09-01"}),
    ),
    row(
        PARAMETER_SECTION,
        "error.id, .message",
        "text",
        "SoftwareOneParameterInput.error",
        lambda s: s["by_vendor"]["parameters"]["ordering"],
        [{"id": "PAR-1", "value": "eu-west", "error": {"id": "E2", "message": "Not there"}}],
        "vendor",
    ),
)
