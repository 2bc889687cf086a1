"""SoftwareOne Marketplace: orders, agreements, subscriptions and attachments behind one static token per account."""

from gateway.model.values import Vendor
from gateway.vendors.base import Entry
from gateway.vendors.softwareone.adapter import SoftwareOne
from gateway.vendors.softwareone.settings import Settings

ENTRY = Entry(Vendor.SOFTWAREONE, Settings, SoftwareOne)
