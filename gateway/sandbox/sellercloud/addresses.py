"""The three spellings of an address: create body, `ShipToAddress`, `WarehouseAddress`."""

from __future__ import annotations

from typing import Any

from gateway.sandbox.sellercloud import enums
from gateway.sandbox.sellercloud.fields import Fields
from gateway.sandbox.sellercloud.notation import Notation
from gateway.sandbox.sellercloud.records import Address

CREATE_FIELDS = (
    "FirstName", "LastName", "MiddleName", "ZipCode", "City", "Country", "Business", "AddressLine1", "AddressLine2",
    "Fax", "Region", "State", "Phone", "ContactName",
)  # fmt: skip
LONGEST_CODE = 3  # of a state
_COUNTRIES = {"US": "United States", "CA": "Canada", "GB": "United Kingdom", "DE": "Germany", "FR": "France"}


def read_address(fields: Fields) -> Address:
    """The create body's; `Country` is required and has two letters. `ContactName` is of an older copy and not kept."""
    country = fields.text("Country", required=True) or ""
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        fields.wrong("Country", "A two letter country code is required.")
    return Address(
        country=country.upper(),
        first_name=fields.text("FirstName"),
        last_name=fields.text("LastName"),
        middle_name=fields.text("MiddleName"),
        zip_code=fields.text("ZipCode"),
        city=fields.text("City"),
        business=fields.text("Business"),
        line1=fields.text("AddressLine1"),
        line2=fields.text("AddressLine2"),
        fax=fields.text("Fax"),
        region=fields.text("Region"),
        state=fields.text("State"),
        phone=fields.text("Phone"),
    )


def ship_to_address(address: Address | None, id: int, notation: Notation) -> dict[str, Any] | None:
    """The list's; the detail's has more. A `Region` that was sent is not told."""
    if address is None:
        return None
    return {
        "ID": id,
        "FirstName": address.first_name,
        "MiddleInitial": address.middle_name,
        "LastName": address.last_name,
        "CompanyName": address.business,
        "StreetLine1": address.line1,
        "StreetLine2": address.line2,
        "City": address.city,
        "StateName": address.state,
        "StateCode": address.state if address.state and len(address.state) <= LONGEST_CODE else None,
        "PostalCode": address.zip_code,
        "CountryName": _COUNTRIES.get(address.country),
        "CountryCode": address.country,
        "PhoneNumber": address.phone,
        "FaxNumber": address.fax,
        "EmailAddress": address.email,
        "WebSiteURL": address.web_site,
        "HomePhone": address.home_phone,
        "Notes": address.notes,
        "IsShippingAddress": True,
        "IsBillingAddress": False,
        "AddressClassification": notation.enum(enums.ADDRESS_CLASSIFICATION, address.classification),
        "AddressStatus": notation.enum(enums.ADDRESS_STATUS, address.verification),
        "AddressSource": 0,
    }


def warehouse_address(address: Address) -> dict[str, Any]:
    return {
        "Address": address.line1,
        "Address2": address.line2,
        "FirstName": address.first_name,
        "LastName": address.last_name,
        "MiddleName": address.middle_name,
        "ZipCode": address.zip_code,
        "City": address.city,
        "Country": address.country,
        "ContactName": address.contact_name,
        "Business": address.business,
        "Fax": address.fax,
        "Region": address.region,
        "State": address.state,
        "Phone": address.phone,
    }
