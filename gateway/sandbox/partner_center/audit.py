"""Audit records: what happened to orders, as the vendor advises to watch instead of polling."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID, uuid5

from starlette.responses import Response

from gateway.sandbox.partner_center.answers import Refusal
from gateway.sandbox.partner_center.call import Call
from gateway.sandbox.partner_center.paging import page
from gateway.sandbox.partner_center.records import Document, Order, World
from gateway.sandbox.partner_center.times import parse, stamp
from gateway.sandbox.partner_center.wire import order_document

SPACE = UUID("5b0f3c1e-6d52-4f0a-9a5e-2f6a1e0c7d34")
LARGEST_PAGE = 500


def note(world: World, order: Order, operation: str, moment: datetime) -> None:
    """Records that an order was created or changed (`create_order`, `update_order`)."""
    identity = str(uuid5(SPACE, f"{world.seed}/{len(world.audit)}/{order.id}"))
    document: Document = {
        "partnerId": world.partner_id,
        "customerId": order.customer.id,
        "customerName": order.customer.name,
        "resourceType": "order",
        "resourceOldValue": "",
        "resourceNewValue": json.dumps(order_document(order, prices=False)),
        "operationType": operation,
        "originalCorrelationId": identity,
        "operationDate": stamp(moment),
        "operationStatus": "succeeded",
        "attributes": {"objectType": "AuditRecord"},
    }
    world.audit.append({"id": identity, **document})


def list_audit_records(call: Call) -> Response:
    """`GET /v1/auditrecords?startDate=&endDate=&size=` (auditing-resources page), oldest first."""
    start = parse(call.query.get("startDate"))
    end = parse(call.query["endDate"]) if "endDate" in call.query else call.now
    if start is None or end is None:
        raise Refusal(400, 3000, "startDate and endDate are dates; startDate is needed")
    dated = [(record["operationDate"], record) for record in call.world.audit]
    wanted = [record for at, record in sorted(dated, key=lambda pair: pair[0]) if stamp(start) <= at <= stamp(end)]
    return page(call, wanted, call.count("size", LARGEST_PAGE, LARGEST_PAGE), "/auditrecords")
