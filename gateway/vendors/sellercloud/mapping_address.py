"""Sellercloud's two spellings of an address that is read: on an order, and on a warehouse."""

from __future__ import annotations

from gateway.model.ref import Ref
from gateway.vendors.reading import Row
from gateway.vendors.sellercloud import mapping_words as words
from gateway.vendors.sellercloud.details import SellercloudAddress
from gateway.vendors.sellercloud.words import AddressClassification, AddressVerification


def ship_to(row: Row, order: Ref) -> SellercloudAddress | None:
    """The address that an order goes to; None where the order has none."""
    if not row:
        return None
    classification, vendor_classification = words.maybe_word(
        row, words.CLASSIFICATION, AddressClassification.UNKNOWN, "AddressClassification"
    )
    verification, vendor_verification = words.maybe_word(
        row, words.VERIFICATION, AddressVerification.UNKNOWN, "AddressStatus"
    )
    key = row.identifier("ID")
    return SellercloudAddress(
        order=order,
        key=None if key is None else str(key),
        first_name=row.text("FirstName"),
        middle_name=row.text("MiddleInitial"),
        last_name=row.text("LastName"),
        business=row.text("CompanyName"),
        address_line1=row.text("StreetLine1"),
        address_line2=row.text("StreetLine2"),
        city=row.text("City"),
        state=row.text("StateName"),
        state_code=row.text("StateCode"),
        zip_code=row.text("PostalCode"),
        country=row.text("CountryCode"),
        country_name=row.text("CountryName"),
        phone=row.text("PhoneNumber"),
        home_phone=row.text("HomePhone"),
        fax=row.text("FaxNumber"),
        email=row.text("EmailAddress"),
        web_site=row.text("WebSiteURL"),
        notes=row.text("Notes"),
        source=row.text("AddressSource"),
        shipping=row.boolean("IsShippingAddress"),
        billing=row.boolean("IsBillingAddress"),
        classification=classification,
        vendor_classification=vendor_classification,
        verification=verification,
        vendor_verification=vendor_verification,
    )


def warehouse_address(row: Row) -> SellercloudAddress | None:
    if not row:
        return None
    return SellercloudAddress(
        first_name=row.text("FirstName"),
        middle_name=row.text("MiddleName"),
        last_name=row.text("LastName"),
        contact_name=row.text("ContactName"),
        business=row.text("Business"),
        address_line1=row.text("Address"),
        address_line2=row.text("Address2"),
        city=row.text("City"),
        state=row.text("State"),
        region=row.text("Region"),
        zip_code=row.text("ZipCode"),
        country=row.text("Country"),
        phone=row.text("Phone"),
        fax=row.text("Fax"),
    )
