"""Views of Sellercloud's addresses, suppliers, companies and warehouses."""

from __future__ import annotations

from gateway.schema.vendors.sellercloud.deferred import from_detail
from gateway.schema.view import plain, view
from gateway.vendors.sellercloud import details as model
from gateway.vendors.sellercloud.words import AddressClassification, AddressVerification, SellercloudWarehouseType


@view(model.SellercloudAddress, name="SellercloudAddress", description="An address of an order or of a warehouse.")
class SellercloudAddressView:
    key: str | None = plain("Sellercloud's key of it.")
    first_name: str | None = plain("First name.")
    middle_name: str | None = plain("Middle name or initial.")
    last_name: str | None = plain("Last name.")
    contact_name: str | None = plain("Whom to ask for.")
    business: str | None = plain("The company.")
    address_line1: str | None = plain("Street and number.")
    address_line2: str | None = plain("What else it takes to find it.")
    city: str | None = plain("City.")
    state: str | None = plain("State.")
    state_code: str | None = plain("The state's short form.")
    region: str | None = plain("Region.")
    zip_code: str | None = plain("Postal code.")
    country: str | None = plain("The country's two letters.")
    country_name: str | None = plain("The country's name.")
    phone: str | None = plain("Telephone.")
    phone_extension: str | None = from_detail(lambda d: d.phone_extension, "Extension of the telephone.")
    home_phone: str | None = plain("Telephone at home.")
    home_phone_extension: str | None = from_detail(lambda d: d.home_phone_extension, "Extension of the home telephone.")
    fax: str | None = plain("Fax.")
    email: str | None = plain("E-mail address.")
    web_site: str | None = plain("Web site.")
    notes: str | None = plain("Notes on the address.")
    source: str | None = plain("Where the address came from.")
    shipping: bool | None = plain("Whether goods go there.")
    billing: bool | None = plain("Whether bills go there.")
    classification: AddressClassification | None = plain("What stands there.")
    vendor_classification: str | None = plain("Sellercloud's own word for that.")
    verification: AddressVerification | None = plain("Whether it was verified.")
    vendor_verification: str | None = plain("Sellercloud's own word for that.")


@view(
    model.SellercloudVendor,
    name="SellercloudVendor",
    description="What Sellercloud knows of a supplier besides its name.",
)
class SellercloudVendorView:
    alias: str | None = plain("Another name for it.")
    account_number: str | None = plain("The buyer's account number there.")
    email: str | None = plain("E-mail address.")
    email_cc: str | None = plain("Who gets a copy of e-mails.")
    website: str | None = plain("Web site.")
    active: bool | None = plain("Whether it is in use.")
    default: bool | None = plain("Whether it is the tenant's usual supplier.")


@view(
    model.SellercloudCompany,
    name="SellercloudCompany",
    description="What Sellercloud's list of companies says besides the name.",
)
class SellercloudCompanyView:
    default: bool | None = plain("Whether it is the tenant's usual company.")
    disabled: bool | None = plain("Whether it is out of use.")


@view(model.SellercloudWarehouse, name="SellercloudWarehouse", description="A warehouse that goods go to.")
class SellercloudWarehouseView:
    key: str = plain("Sellercloud's key of it.")
    name: str | None = plain("Its name.")
    type: SellercloudWarehouseType | None = plain("What it is for.")
    vendor_type: str | None = plain("Sellercloud's own word for that.")
    default: bool | None = plain("Whether it is the tenant's usual warehouse.")
    sellable: bool | None = plain("Whether its stock may be sold.")
    enforce_bins: bool | None = plain("Whether goods must be put into bins.")
    quick_books_name: str | None = plain("Its name in QuickBooks.")
    address: SellercloudAddressView | None = plain("Where it is.")
