"""An order line as create and add send it: its shape first, then the rules of quantity mode, price and discount."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from gateway.sandbox.sellercloud import enums
from gateway.sandbox.sellercloud.exchange import Exchange
from gateway.sandbox.sellercloud.fields import INT32, Fields
from gateway.sandbox.sellercloud.records import ZERO, Line, Product, PurchaseOrder
from gateway.sandbox.sellercloud.wire import Refused

Refuse = Callable[[str], Refused]

LINE_FIELDS = (
    "ProductID", "QtyUnitsOrdered", "UnitPrice", "QtyCasesOrdered", "QtyUnitsPerCase", "CasePrice", "DiscountType",
    "DiscountValue", "WarehouseID", "ItemNotes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Amounts:
    """The fields of both quantity modes; those of the other mode have to be None."""

    units: int | None
    unit_price: Decimal | None
    cases: int | None
    units_per_case: int | None
    case_price: Decimal | None

    @classmethod
    def read(cls, fields: Fields) -> Amounts:
        return cls(
            units=fields.integer("QtyUnitsOrdered"),
            unit_price=fields.decimal("UnitPrice"),
            cases=fields.integer("QtyCasesOrdered"),
            units_per_case=fields.integer("QtyUnitsPerCase"),
            case_price=fields.decimal("CasePrice"),
        )

    def of_mode(self, case_mode: bool, refuse: Refuse) -> tuple[int | None, int | None, Decimal | None]:
        """Quantity, units per case and price of the mode, checked; None where not sent."""
        chosen: dict[str, int | Decimal | None] = {
            "QtyCasesOrdered": self.cases,
            "QtyUnitsPerCase": self.units_per_case,
            "CasePrice": self.case_price,
        }
        other: dict[str, int | Decimal | None] = {"QtyUnitsOrdered": self.units, "UnitPrice": self.unit_price}
        if not case_mode:
            chosen, other = other, chosen
        for name, value in other.items():
            if value is not None:
                raise refuse(f"{name} cannot be set when case quantity mode is {'on' if case_mode else 'off'}.")
        for name, value in chosen.items():
            if value is not None and value <= 0 and name.startswith("Qty"):
                raise refuse(f"{name} should be greater than 0.")
            if value is not None and value < 0:
                raise refuse(f"{name} cannot be negative.")
        if case_mode:
            return self.cases, self.units_per_case, self.case_price
        return self.units, 1, self.unit_price


@dataclass(frozen=True, slots=True)
class Draft:
    sku: str
    amounts: Amounts
    discount_type: int | None
    discount_value: Decimal | None
    warehouse_id: int
    notes: str

    @classmethod
    def read(cls, fields: Fields) -> Draft:
        return cls(
            sku=fields.text("ProductID", required=True, limit=50) or "",
            amounts=Amounts.read(fields),
            discount_type=fields.enum("DiscountType", enums.DISCOUNT_TYPE),
            discount_value=fields.decimal("DiscountValue"),
            warehouse_id=fields.integer("WarehouseID") or 0,
            notes=fields.text("ItemNotes") or "",
        )

    def line(self, exchange: Exchange, po: PurchaseOrder, refuse: Refuse) -> Line:
        """A line of `po`, not yet numbered. The warehouse of the purchase order, if it has one, wins."""
        product = self._product(exchange, refuse)
        quantity, units_per_case, price = self.amounts.of_mode(po.case_mode, refuse)
        if quantity is None or units_per_case is None or price is None:
            raise refuse(f"Quantity and price of product {product.sku} are required.")
        if quantity * units_per_case > INT32:
            raise refuse(f"The quantity of product {product.sku} is too large.")
        if exchange.settings.multi_discount and not (self.discount_type is None and self.discount_value is None):
            raise refuse("A discount cannot be set when Enable Multi Discount for Purchase Order is enabled.")
        if self.warehouse_id and self.warehouse_id not in exchange.tenant.warehouses:
            raise refuse(f"Warehouse {self.warehouse_id} was not found.")
        line = Line(
            id=0,
            sku=product.sku,
            name=product.name,
            vendor_sku=exchange.tenant.vendor_sku(po.vendor_id, product.sku),
            case_mode=po.case_mode,
            quantity=quantity,
            units_per_case=units_per_case,
            price=price,
            discount_type=self.discount_type or 0,
            discount_value=self.discount_value or ZERO,
            warehouse_id=po.warehouse_id or self.warehouse_id,
            notes=self.notes,
            expected=po.expected,
        )
        if line.discount_value < 0 or line.discount > line.price:
            raise refuse(f"The discount of product {product.sku} is out of range.")
        return line

    def _product(self, exchange: Exchange, refuse: Refuse) -> Product:
        product = exchange.tenant.products.get(self.sku)
        if product is None:
            raise refuse(f"Product {self.sku} was not found.")
        if not product.is_active:
            raise refuse(f"Product {self.sku} is discontinued or inactive.")
        return product
