"""Seeds what trade stands on: accounts, buyers, licensees, users, tokens, products, prices, listings."""

from __future__ import annotations

from gateway.sandbox.softwareone import catalog, companies, definitions
from gateway.sandbox.softwareone.actors import ACTORS, CLIENT, VENDOR, Caller, caller_for
from gateway.sandbox.softwareone.pricing import margin
from gateway.sandbox.softwareone.state import Row, State

MARKUPS = (8.0, 10.0, 12.5, 15.0)


class Foundation:
    """The seeded companies and goods, by their place in `catalog`'s tables."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.system: Row = {"by": {"id": "USR-0000-0001", "name": "Platform"}, "of": {"name": companies.OPERATOR}}
        self.operator = self._account(companies.OPERATOR, "Operations")
        self.vendors = [self._account(name, "Vendor") for name in companies.VENDORS]
        self.clients = [self._account(name, "Client") for name in companies.CLIENTS]
        self.users = [self._user(*user) for user in companies.USERS]
        self.sellers = [self._seller(*seller) for seller in companies.SELLERS]
        self.buyers = [self._buyer(*buyer) for buyer in companies.BUYERS]
        self.licensees = [self._licensee(*licensee) for licensee in companies.LICENSEES]
        self.tokens = [self._token(actor) for actor in ACTORS]
        self.products = [self._product(product) for product in catalog.PRODUCTS]

    def user(self, account: Row, number: int = 0) -> Caller:
        """A person of the account as the one who acts."""
        own = [user for user in self.users if user["account"]["id"] == account["id"]]
        return caller_for(self.state, account["type"].lower(), account["id"], own[number % len(own)])

    def _account(self, name: str, kind: str) -> Row:
        account_id = self.state.new_id("ACC", 2)
        row = {
            "id": account_id,
            "name": name,
            "type": kind,
            "status": "Active",
            "icon": catalog.ICON.format(id=account_id),
            "externalIds": {"operations": f"SWO-{self.state.random.randrange(10000, 99999)}"},
            "address": address(companies.BUYERS[0][4] if kind == "Client" else companies.SELLERS[0][4]),
        }
        return self.state.insert("accounts", row, self.system)

    def _user(self, first: str, last: str, where: str) -> Row:
        accounts = {"C": self.clients, "V": self.vendors, "O": [self.operator]}[where[0]]
        account = accounts[int(where[1:] or 0)]
        user_id = self.state.new_id("USR", 2)
        domain = account["name"].split()[0].lower()
        row = {
            "id": user_id,
            "name": f"{first} {last}",
            "firstName": first,
            "lastName": last,
            "email": f"{first}.{last}@{domain}.example".lower(),
            "icon": catalog.ICON.format(id=user_id),
            "status": "Active",
            "account": self.state.ref(account),
        }
        return self.state.insert("users", row, self.system)

    def _token(self, actor: str) -> Row:
        account = {CLIENT: self.clients[0], VENDOR: self.vendors[0]}.get(actor, self.operator)
        row = {
            "id": self.state.new_id("TKN", 2),
            "name": f"{account['name']} integration",
            "description": "Order gateway",
            "status": "Active",
            "account": self.state.ref(account),
        }
        return self.state.insert("tokens", row, self.system)

    def _seller(self, name: str, code: str, currency: str, factor: float, place: tuple[str, ...]) -> Row:
        row = {
            "id": self.state.new_id("SEL", 2),
            "name": name,
            "externalId": code,
            "status": "Active",
            "address": address(place),
            "currencies": [currency],
        }
        return self.state.insert("sellers", row, self.system)

    def _buyer(self, name: str, tax_id: str, client: int, seller: int, place: tuple[str, ...]) -> Row:
        random = self.state.random
        row = {
            "id": self.state.new_id("BUY", 2),
            "name": name,
            "status": "Active",
            "taxId": tax_id,
            "address": address(place),
            "contact": definitions.CONTACTS[0],
            "externalIds": {
                "erpCompanyContact": f"CON{random.randrange(10**6):06d}",
                "erpCustomer": f"{companies.SELLERS[seller][1][-2:]}-CUS-{random.randrange(10**6):06d}",
            },
            "account": self.state.ref(self.clients[client]),
            "sellers": [self.state.ref(self.sellers[seller])],
        }
        return self.state.insert("buyers", row, self.system)

    def _licensee(self, name: str, code: str, buyer: int) -> Row:
        owner = self.buyers[buyer]
        row = {
            "id": self.state.new_id("LCE", 3),
            "name": name,
            "externalId": code,
            "status": "Active",
            "useBuyerAddress": True,
            "address": owner["address"],
            "contact": definitions.CONTACTS[len(self.state["licensees"]) % 2],
            "account": owner["account"],
            "buyer": self.state.ref(owner),
            "seller": owner["sellers"][0],
            "eligibility": {"client": True, "partner": False},
        }
        return self.state.insert("licensees", row, self.system)

    def _product(self, product: catalog.Product) -> Row:
        vendor = self.vendors[product.vendor]
        product_id = self.state.new_id("PRD", 2)
        checks = ("purchaseOrderDraft", "changeOrderDraft", "configurationOrderDraft", "terminationOrder")
        validation = {**dict.fromkeys(checks, product.prevalidated), "purchaseOrderQuerying": False}
        row: Row = {
            "id": product_id,
            "name": product.name,
            "status": "Published" if product.published else "Draft",
            "icon": catalog.ICON.format(id=product_id),
            "shortDescription": f"{product.name} by {vendor['name']}",
            "externalIds": {"operations": product.code},
            "vendor": self.state.ref(vendor),
            "settings": {"preValidation": validation},
        }
        if product.program:
            row["program"] = self._program(product.program)
        self.state.insert("products", row, self.system)
        conditions = [{"id": self.state.next_id("TCS", product_id), "name": name} for name in catalog.CONDITIONS]
        self.state.conditions_of[product_id] = conditions
        self._definitions(row, product.parameters)
        self._templates(row)
        items = [self._item(row, item) for item in product.items]
        for index, seller in enumerate(self.sellers):
            self._offer(row, product, items, seller, index)
        return row

    def _program(self, name: str) -> Row:
        """A partner programme, with a certificate that the first client holds."""
        program = {"id": self.state.new_id("PRG", 2), "name": name}
        certificate_id = self.state.new_id("CER", 3)
        certificate = {"id": certificate_id, "name": f"{name} certificate", "status": "Active", "program": program}
        self.state.insert("certificates", certificate, self.system)
        self.state.held.add((self.clients[0]["id"], certificate_id))
        return program

    def _definitions(self, product: Row, wanted: tuple[str, ...]) -> None:
        for one in definitions.DEFINITIONS:
            if one.external_id in wanted:
                row: Row = {
                    "id": self.state.next_id("PAR", product["id"]),
                    "externalId": one.external_id,
                    "name": one.name,
                    "type": one.type,
                    "phase": one.phase,
                    "scope": one.scope,
                    "multiple": one.type == "Checkbox",
                    "constraints": {"required": one.required, "hidden": one.hidden, "readonly": one.readonly},
                    "status": "Active",
                    "product": self.state.ref(product),
                }
                if one.options:
                    row["options"] = list(one.options)
                self.state.insert("definitions", row, self.system)

    def _templates(self, product: Row) -> None:
        for name, kind, content in catalog.TEMPLATES:
            row = {
                "id": self.state.next_id("TPL", product["id"]),
                "name": name,
                "type": kind,
                "content": content,
                "default": True,
                "status": "Active",
                "product": self.state.ref(product),
            }
            self.state.insert("templates", row, self.system)

    def _item(self, product: Row, item: catalog.Item) -> Row:
        terms = {"model": item.model, "period": item.period}
        if item.commitment:
            terms["commitment"] = item.commitment
        row = {
            "id": self.state.next_id("ITM", product["id"]),
            "name": item.name,
            "status": "Published",
            "description": f"{item.name} ({item.sku})",
            "externalIds": {"vendor": item.sku, "operations": f"{item.sku}-SWO"},
            "terms": terms,
            "unit": {"id": f"UNT-{len(item.unit):04d}", "name": item.unit, "description": f"One {item.unit}"},
            "quantityNotApplicable": item.model == "usage",
            "product": self.state.ref(product),
        }
        return self.state.insert("items", row, self.system)

    def _offer(self, product: Row, table: catalog.Product, items: list[Row], seller: Row, index: int) -> None:
        """Authorization, price list and listing of one product for one seller and its currency."""
        _, _, currency, factor, _ = companies.SELLERS[index]
        state = self.state
        eligibility = {"client": True, "partner": False}
        common = {"product": state.ref(product), "vendor": product["vendor"], "status": "Active"}
        authorization = {
            "id": state.new_id("AUT", 2),
            "name": f"{product['name']} {currency}",
            "currency": currency,
            "externalIds": {"operations": f"AUTH-{currency}-{product['externalIds']['operations']}"},
            "owner": state.ref(seller),
            "eligibility": eligibility,
            **common,
        }
        state.insert("authorizations", authorization, self.system)
        markup = state.random.choice(MARKUPS)
        prices = {
            "id": state.new_id("PRC", 3),
            "name": f"{product['name']} {currency} list",
            "currency": currency,
            "defaultMarkup": markup,
            **common,
        }
        state.insert("price-lists", prices, self.system)
        for item, offered in zip(items, table.items, strict=True):
            self._price(prices, item, round(offered.cost * factor, 4 if offered.cost < 1 else 2), markup)
        listing = {
            "id": state.new_id("LST", 2),
            "primary": True,
            "authorization": state.ref(authorization),
            "seller": state.ref(seller),
            "priceList": state.ref(prices),
            "eligibility": eligibility,
            **common,
        }
        state.insert("listings", listing, self.system)

    def _price(self, prices: Row, item: Row, cost: float, markup: float) -> None:
        selling = round(cost * (1 + markup / 100), 4 if cost < 1 else 2)
        row: Row = {
            "id": self.state.next_id("PRI", prices["id"]),
            "status": "ForSale",
            "description": item["description"],
            "item": self.state.ref(item),
            "priceList": self.state.ref(prices),
            "currency": prices["currency"],
            "unitPP": cost,
            "unitSP": selling,
            "markup": markup,
            "margin": margin(cost, selling),
        }
        note = catalog.INFO.get(item["terms"]["model"])
        if note is not None:
            row["info"] = {"visible": True, "description": note}
        self.state.insert("price-list-items", row, self.system)
        self.state.price_of[prices["currency"], item["id"]] = row


def address(place: tuple[str, ...]) -> Row:
    return dict(zip(("addressLine1", "postCode", "city", "state", "country"), place, strict=True))
