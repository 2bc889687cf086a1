"""Every path the emulator serves below `/public/v1` and `/v1`, as one table of path, method and endpoint."""

from __future__ import annotations

from gateway.sandbox.softwareone.call import Endpoint
from gateway.sandbox.softwareone.routes_agreements import AGREEMENT_ENDPOINTS
from gateway.sandbox.softwareone.routes_attachments import ATTACHMENT_ENDPOINTS, deliver
from gateway.sandbox.softwareone.routes_orders import ORDER_ENDPOINTS
from gateway.sandbox.softwareone.routes_reference import REFERENCE_ENDPOINTS

__all__ = ["ENDPOINTS", "deliver"]

ENDPOINTS: dict[str, dict[str, Endpoint]] = {
    **ORDER_ENDPOINTS,
    **AGREEMENT_ENDPOINTS,
    **ATTACHMENT_ENDPOINTS,
    **REFERENCE_ENDPOINTS,
}
