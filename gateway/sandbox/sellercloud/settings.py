"""The knobs of the emulator, the tenant's own settings among them; each is read at request time."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.sandbox.sellercloud.notation import Notation


@dataclass(slots=True)
class Settings:
    # how the service behaves
    token_lifetime: float = 3600.0  # seconds
    expires_before_issued: bool = False  # the documented sample's impossible `.expires`
    calls_per_hour: int = 10_800  # per user and address, token calls included
    throttle_status: int = 409
    max_page_size: int = 50
    default_page_size: int = 10
    unstable_order: bool = True  # rows move between the pages of a list
    null_items_when_empty: bool = False
    nested_views: bool = False  # saved views one level deeper, as their page shows
    items_in_detail: bool = True
    enum_names: bool = False
    zulu_dates: bool = False  # dates end in Z
    create_date_to_exclusive: bool = False
    hide_prices: bool = False  # a role without prices: null totals in the detail
    denied_modules: list[str] = field(default_factory=list)  # first path segments the login has no right to
    blank_faults: bool = False  # the faults `error` and `ok_with_error` have no body
    # how loud the sandbox is
    refuse_unknown_filters: bool = False
    refuse_unknown_fields: bool = True
    html_not_found: bool = False
    # the tenant's settings
    force_expected_delivery_date: bool = False
    multi_discount: bool = False
    bill_to_address: bool = False
    vendor_invoices_workflow: bool = False
    multiple_invoices: bool = False
    multiple_tracking_numbers: bool = False
    per_session_receiving_cost: bool = False
    free_shipping: bool = False
    po_default_status: int = 0
    approved_by_default: bool = False

    def notation(self) -> Notation:
        return Notation(enum_names=self.enum_names, zulu=self.zulu_dates)
