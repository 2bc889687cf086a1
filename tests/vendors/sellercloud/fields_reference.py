"""Addresses and reference data, field by field."""

from __future__ import annotations

from typing import Final

from gateway.model.values import Party
from gateway.vendors.sellercloud import words
from tests.vendors.sellercloud.fielding import field

ADDRESS: Final = "Address of an order"
REFERENCE: Final = "Reference data"
D: Final = "SellercloudOrderDetails."
A: Final = "SellercloudAddress."

ADDRESS_FIELDS: Final = (
    field(ADDRESS, "ShipToAddress.ID", "int", f"{A}key", lambda s: s.ship_to.key, "7001"),
    field(ADDRESS, "ShipToAddress.FirstName", "string", f"{A}firstName", lambda s: s.ship_to.first_name, "Rita"),
    field(ADDRESS, "ShipToAddress.MiddleInitial", "string", f"{A}middleName", lambda s: s.ship_to.middle_name, "Q"),
    field(ADDRESS, "ShipToAddress.LastName", "string", f"{A}lastName", lambda s: s.ship_to.last_name, "Moss"),
    field(
        ADDRESS, "ShipToAddress.CompanyName", "string", f"{A}business", lambda s: s.ship_to.business, "Moss & Daughters"
    ),
    field(
        ADDRESS,
        "ShipToAddress.StreetLine1",
        "string",
        f"{A}addressLine1",
        lambda s: s.ship_to.address_line1,
        "5 Elm Rd",
    ),
    field(
        ADDRESS, "ShipToAddress.StreetLine2", "string", f"{A}addressLine2", lambda s: s.ship_to.address_line2, "Gate C"
    ),
    field(ADDRESS, "ShipToAddress.City", "string", f"{A}city", lambda s: s.ship_to.city, "Lakewood"),
    field(ADDRESS, "ShipToAddress.StateName", "string", f"{A}state", lambda s: s.ship_to.state, "New Jersey"),
    field(ADDRESS, "ShipToAddress.StateCode", "string", f"{A}stateCode", lambda s: s.ship_to.state_code, "NJ"),
    field(ADDRESS, "ShipToAddress.PostalCode", "string", f"{A}zipCode", lambda s: s.ship_to.zip_code, "08701"),
    field(ADDRESS, "ShipToAddress.CountryCode", "two letters", f"{A}country", lambda s: s.ship_to.country, "US"),
    field(
        ADDRESS,
        "ShipToAddress.CountryName",
        "string",
        f"{A}countryName",
        lambda s: s.ship_to.country_name,
        "United States",
    ),
    field(ADDRESS, "ShipToAddress.PhoneNumber", "string", f"{A}phone", lambda s: s.ship_to.phone, "+1 732 555 0101"),
    field(
        ADDRESS, "ShipToAddress.HomePhone", "string", f"{A}homePhone", lambda s: s.ship_to.home_phone, "+1 732 555 0103"
    ),
    field(ADDRESS, "ShipToAddress.FaxNumber", "string", f"{A}fax", lambda s: s.ship_to.fax, "+1 732 555 0102"),
    field(ADDRESS, "ShipToAddress.EmailAddress", "string", f"{A}email", lambda s: s.ship_to.email, "rita@moss.test"),
    field(
        ADDRESS, "ShipToAddress.WebSiteURL", "string", f"{A}webSite", lambda s: s.ship_to.web_site, "https://moss.test"
    ),
    field(ADDRESS, "ShipToAddress.Notes", "string", f"{A}notes", lambda s: s.ship_to.notes, "Ring twice"),
    field(ADDRESS, "ShipToAddress.AddressSource", "string", f"{A}source", lambda s: s.ship_to.source, "Manual"),
    field(ADDRESS, "ShipToAddress.IsShippingAddress", "bool", f"{A}shipping", lambda s: s.ship_to.shipping, True),
    field(ADDRESS, "ShipToAddress.IsBillingAddress", "bool", f"{A}billing", lambda s: s.ship_to.billing, False),
    field(
        ADDRESS,
        "ShipToAddress.AddressClassification",
        "0 None, 1 Residential, 2 Commercial, 3 Other",
        f"{A}classification {A}vendorClassification",
        lambda s: (s.ship_to.classification, s.ship_to.vendor_classification),
        (words.AddressClassification.COMMERCIAL, "Commercial"),
    ),
    field(
        ADDRESS,
        "ShipToAddress.AddressStatus",
        "0 Unknown, 1 None, 2 Confirmed, 3 UnConfirmed",
        f"{A}verification {A}vendorVerification",
        lambda s: (s.ship_to.verification, s.ship_to.vendor_verification),
        (words.AddressVerification.UNCONFIRMED, "UnConfirmed"),
    ),
)

REFERENCE_FIELDS: Final = (
    field(
        REFERENCE,
        "vendor ID, Name",
        "int, string",
        "Order.supplier Party.key Party.name",
        lambda s: s.supplier,
        Party("812", "Lakeshore Ceramics"),
    ),
    field(REFERENCE, "vendor Alias", "string", "SellercloudVendor.alias", lambda s: s.seller.alias, "Lakeshore"),
    field(
        REFERENCE,
        "vendor AccountNumber",
        "string",
        "SellercloudVendor.accountNumber",
        lambda s: s.seller.account_number,
        "AC-9",
    ),
    field(
        REFERENCE, "vendor Email", "string", "SellercloudVendor.email", lambda s: s.seller.email, "po@lakeshore.test"
    ),
    field(
        REFERENCE,
        "vendor EmailCC",
        "string",
        "SellercloudVendor.emailCc",
        lambda s: s.seller.email_cc,
        "cc@lakeshore.test",
    ),
    field(
        REFERENCE,
        "vendor Website",
        "string",
        "SellercloudVendor.website",
        lambda s: s.seller.website,
        "https://lakeshore.test",
    ),
    field(REFERENCE, "vendor IsActive", "bool", "SellercloudVendor.active", lambda s: s.seller.active, True),
    field(REFERENCE, "vendor IsDefault", "bool", "SellercloudVendor.default", lambda s: s.seller.default, False),
    field(
        REFERENCE,
        "company ID, CompanyName",
        "int, string",
        "Order.customer Party.key Party.name",
        lambda s: (s.buyer.key, s.buyer.name),
        ("163", "Acme Home"),
    ),
    field(REFERENCE, "company IsDefaultCompany", "bool", "SellercloudCompany.default", lambda s: s.buyer.default, True),
    field(REFERENCE, "company IsDisabled", "bool", "SellercloudCompany.disabled", lambda s: s.buyer.disabled, False),
    field(REFERENCE, "warehouse ID", "int", "SellercloudWarehouse.key", lambda s: s.store.key, "7"),
    field(REFERENCE, "warehouse Name", "string", "SellercloudWarehouse.name", lambda s: s.store.name, "Lakewood Main"),
    field(
        REFERENCE,
        "warehouse WarehouseType",
        "0 Normal … 7 WFS",
        "SellercloudWarehouse.type SellercloudWarehouse.vendorType",
        lambda s: (s.store.type, s.store.vendor_type),
        (words.SellercloudWarehouseType.INTERIM, "Interim"),
    ),
    field(REFERENCE, "warehouse IsDefault", "bool", "SellercloudWarehouse.default", lambda s: s.store.default, True),
    field(
        REFERENCE, "warehouse IsSellAble", "bool", "SellercloudWarehouse.sellable", lambda s: s.store.sellable, False
    ),
    field(
        REFERENCE,
        "warehouse EnforceBins",
        "bool",
        "SellercloudWarehouse.enforceBins",
        lambda s: s.store.enforce_bins,
        True,
    ),
    field(
        REFERENCE,
        "warehouse QBWarehouseName",
        "string",
        "SellercloudWarehouse.quickBooksName",
        lambda s: s.store.quick_books_name,
        "QB Lakewood",
    ),
    field(
        REFERENCE,
        "WarehouseAddress.FirstName, .MiddleName, .LastName",
        "string",
        f"{A}firstName {A}middleName {A}lastName",
        lambda s: (s.store_address.first_name, s.store_address.middle_name, s.store_address.last_name),
        ("Otto", "Paul", "Quinn"),
    ),
    field(
        REFERENCE,
        "WarehouseAddress.ContactName, .Business",
        "string",
        f"{A}contactName {A}business",
        lambda s: (s.store_address.contact_name, s.store_address.business),
        ("Front desk", "Acme Storage"),
    ),
    field(
        REFERENCE,
        "WarehouseAddress.Address, .Address2",
        "string",
        f"{A}addressLine1 {A}addressLine2",
        lambda s: (s.store_address.address_line1, s.store_address.address_line2),
        ("9 Dock St", "Hall 2"),
    ),
    field(
        REFERENCE,
        "WarehouseAddress.City, .State, .Region, .ZipCode, .Country",
        "string",
        f"{A}city {A}state {A}region {A}zipCode {A}country",
        lambda s: (
            s.store_address.city,
            s.store_address.state,
            s.store_address.region,
            s.store_address.zip_code,
            s.store_address.country,
        ),
        ("Reno", "NV", "West", "89502", "CA"),
    ),
    field(
        REFERENCE,
        "WarehouseAddress.Phone, .Fax",
        "string",
        f"{A}phone {A}fax",
        lambda s: (s.store_address.phone, s.store_address.fax),
        ("+1 775 555 0111", "+1 775 555 0112"),
    ),
    field(
        REFERENCE,
        "payment term Key, Value",
        "int, string",
        f"{D}paymentTerm Party.key Party.name",
        lambda s: s.term,
        Party("4", "Net 30"),
    ),
    field(
        REFERENCE,
        "product ProductSKU, ProductName",
        "string",
        "VendorAccount.items OrderedItem.key OrderedItem.sku OrderedItem.name",
        lambda s: s.product and (s.product.key, s.product.sku, s.product.name),
        ("MUG-15OZ", "MUG-15OZ", "Mug 15oz"),
    ),
)
